package dev.mneme.task;

/** A fixed part of a task's data; the three never share a document or a generator seed. */
public enum Split {
    TRAIN,
    VALIDATION,
    TEST
}
