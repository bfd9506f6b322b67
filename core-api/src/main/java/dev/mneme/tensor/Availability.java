package dev.mneme.tensor;

/** Whether an engine works on this machine. */
public sealed interface Availability {
    /**
     * The engine can be opened.
     *
     * @param device where its tensors would live, in words a user knows, such as {@code cpu, AVX512}
     */
    record Available(String device) implements Availability {}

    /**
     * The engine cannot be opened.
     *
     * @param reason what is missing or does not fit
     * @param remedy what the user can do about it; empty where nothing is wrong, as for a GPU's engine without a GPU
     */
    record Unavailable(String reason, String remedy) implements Availability {}
}
