package dev.mneme.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Describes one component of a configuration record. The key a user writes is the component's name in snake case:
 * {@code headCount} is {@code head_count}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {
    /** One line: what it is, its symbol in the paper. */
    String value();

    /** Smallest value allowed, for numbers. */
    double min() default Double.NEGATIVE_INFINITY;

    /** Largest value allowed, for numbers. */
    double max() default Double.POSITIVE_INFINITY;

    /** The paper's value, where it states one. */
    String paper() default "";
}
