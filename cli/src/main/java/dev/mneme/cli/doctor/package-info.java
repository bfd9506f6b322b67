/** What {@code mneme doctor} measures; start with {@link dev.mneme.cli.doctor.SpeedCheck}. */
@org.jspecify.annotations.NullMarked
package dev.mneme.cli.doctor;
