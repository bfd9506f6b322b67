package dev.mneme.stability;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Code that compiles and runs against this goes on to do so until the next version that may break it: the next minor
 * version while the first number is 0, the next major version from 1.0 on. What is to go is deprecated first. The build
 * compares these types with those of the last release.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.PACKAGE})
public @interface Stable {}
