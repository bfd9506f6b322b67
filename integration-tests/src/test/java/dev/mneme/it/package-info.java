/** The packaged product as its users meet it: real processes, real jars, both engines. */
@org.jspecify.annotations.NullMarked
package dev.mneme.it;
