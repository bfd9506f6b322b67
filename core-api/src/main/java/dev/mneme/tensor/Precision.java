package dev.mneme.tensor;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How exactly an engine computes with F32 tensors. Parameters, their gradients, losses and the memory state are F32 at
 * every precision; F64 tensors are left alone.
 */
public enum Precision {
    /** Single precision throughout. */
    F32,
    /** Products round their operands to 10 bits of mantissa (TensorFloat-32) and add in F32: NVIDIA GPUs since Ampere. */
    TF32,
    /**
     * Products and attention take their operands in brain float (7 bits of mantissa, the range of F32) and add in F32, and
     * what is computed between them may be kept so. Exponentials, softmax, normalisation, sums and losses are F32.
     */
    BF16;

    /** As configurations write it: {@code f32}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What an engine says that does not have a precision. */
    public static MnemeException unavailable(Precision asked, EngineInfo engine, List<Precision> available) {
        String names = available.stream().map(Precision::key).collect(Collectors.joining(", "));
        return new MnemeException(
                ErrorCode.CONFIG_INVALID,
                "precision '" + asked.key() + "': the engine '" + engine.name() + "' on " + engine.device()
                        + " does not have it. Valid here: " + names
                        + ". Set train.precision or --precision to one of these, or choose another engine with --backend");
    }
}
