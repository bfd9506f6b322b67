package dev.mneme.tasks.generated;

import dev.mneme.task.Form;

/** The backbones a sequence-to-sequence task can be posed to. */
public enum SequenceForm {
    /** The source goes through the encoder; the decoder starts with BOS and is fed the previous targets. */
    ENCODER_DECODER(Form.ENCODER_DECODER),
    /** Source and target are one causal sequence. */
    DECODER(Form.DECODER),
    /** The source and places to fill in are one bidirectional sequence; no target is ever fed. */
    ENCODER(Form.ENCODER);

    private final Form form;

    SequenceForm(Form form) {
        this.form = form;
    }

    Form form() {
        return form;
    }

    /** Whether the target has a decoder of its own. */
    boolean isPaired() {
        return this == ENCODER_DECODER;
    }
}
