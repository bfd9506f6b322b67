package dev.mneme.memory;

import java.util.function.UnaryOperator;

/**
 * What a mechanism is made of: three roles, and how its controller is built around a reader and a writer. The framework may
 * put something of its own before the two, to measure or to watch them.
 *
 * @param reader that the controller is to ask
 * @param writer that the controller is to call
 * @param controllers builds the controller; called once
 */
public record Roles(Memory memory, Reader reader, Writer writer, ControllerFactory controllers) {
    /** Builds the controller of a mechanism. */
    @FunctionalInterface
    public interface ControllerFactory {
        /**
         * A controller that asks this reader and calls this writer, whether they are the mechanism's own or stand before
         * them.
         */
        Controller around(Reader reader, Writer writer);
    }

    /** The mechanism as it is meant. */
    public Mechanism assemble() {
        return assemble(UnaryOperator.identity(), UnaryOperator.identity());
    }

    /**
     * The mechanism with something before its reader and its writer. Parameters have the same paths and first values, as
     * long as what stands before lists those of what it stands before.
     */
    public Mechanism assemble(UnaryOperator<Reader> beforeReader, UnaryOperator<Writer> beforeWriter) {
        Reader asked = beforeReader.apply(reader);
        Writer called = beforeWriter.apply(writer);
        return new Mechanism(memory, asked, called, controllers.around(asked, called));
    }
}
