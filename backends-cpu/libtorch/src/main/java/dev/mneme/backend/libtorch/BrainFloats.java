package dev.mneme.backend.libtorch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whether the processor multiplies brain floats itself. LibTorch's own word for the processor stops at the width of the
 * vectors (AVX512), so the kernel is asked.
 *
 * @param instructions those it has for it, such as {@code avx512_bf16}
 */
record BrainFloats(List<String> instructions) {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    /** As Linux writes them, on x86 and on ARM. */
    private static final Set<String> KNOWN = Set.of("amx_bf16", "avx512_bf16", "avx_ne_convert", "bf16", "svebf16");

    private static final class Here {
        static final BrainFloats INSTANCE = read();
    }

    /** Those of this machine; none where there is no such file. */
    static BrainFloats here() {
        return Here.INSTANCE;
    }

    private static BrainFloats read() {
        try (Stream<String> lines = Files.lines(CPU_INFO)) {
            return of(lines);
        } catch (IOException e) {
            return new BrainFloats(List.of());
        }
    }

    /** From the lines of {@code /proc/cpuinfo}; all processors of a machine are alike. */
    static BrainFloats of(Stream<String> lines) {
        return new BrainFloats(lines.filter(line -> line.startsWith("flags") || line.startsWith("Features"))
                .findFirst()
                .map(line -> Arrays.stream(line.split("\\s+"))
                        .filter(KNOWN::contains)
                        .sorted()
                        .toList())
                .orElse(List.of()));
    }

    boolean isNative() {
        return !instructions.isEmpty();
    }

    /** For {@code mneme doctor}. */
    String report() {
        return isNative()
                ? instructions.stream().collect(Collectors.joining(", "))
                : "emulated: this processor has no instructions for brain floats";
    }
}
