package dev.mneme.task;

/** What a backbone must look like for a task. */
public enum Form {
    /** Causal: position i predicts its label from tokens up to i. */
    DECODER,
    /** Bidirectional: position i predicts its label from all tokens. */
    ENCODER,
    /** An encoder reads the tokens, a causal decoder produces the target. */
    ENCODER_DECODER
}
