package dev.mneme.cli;

import dev.mneme.tensor.Precision;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How exactly to compute. */
final class PrecisionOption {
    static final String KEY = "train.precision";

    @Option(
            names = "--precision",
            paramLabel = "P",
            description =
                    "f32, tf32 (some GPUs) or bf16; short for --set train.precision=P (default: f32, or as the run "
                            + "was trained).")
    @Nullable Precision precision;

    /** The choice, if one was made, as a setting by dotted key. */
    Map<String, String> flags() {
        return precision == null ? Map.of() : Map.of(KEY, precision.key());
    }
}
