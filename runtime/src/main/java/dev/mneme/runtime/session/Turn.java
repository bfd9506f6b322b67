package dev.mneme.runtime.session;

/** The request that a session is being served. */
record Turn(Lane lane, Job<?> job) {}
