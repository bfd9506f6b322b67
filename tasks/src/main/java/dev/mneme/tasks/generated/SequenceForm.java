package dev.mneme.tasks.generated;

import dev.mneme.task.Form;

/** The backbones a sequence-to-sequence task can be posed to. */
public enum SequenceForm {
    /** The source goes through the encoder; the decoder starts with BOS and is fed the previous targets. */
    ENCODER_DECODER(Form.ENCODER_DECODER),
    /** Source and target are one causal sequence. */
    DECODER(Form.DECODER);

    private final Form form;

    SequenceForm(Form form) {
        this.form = form;
    }

    Form form() {
        return form;
    }
}
