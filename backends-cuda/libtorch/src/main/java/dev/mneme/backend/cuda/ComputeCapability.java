package dev.mneme.backend.cuda;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The generation of a GPU. Machine code runs on later minor versions of its major one, and on no other; LibTorch's natives
 * hold nothing else that the driver could translate.
 */
record ComputeCapability(int major, int minor) {
    /** What the natives are compiled for. */
    static final List<ComputeCapability> COMPILED = List.of(
            new ComputeCapability(7, 5),
            new ComputeCapability(8, 0),
            new ComputeCapability(9, 0),
            new ComputeCapability(10, 0),
            new ComputeCapability(12, 0));

    boolean isSupported() {
        return COMPILED.stream().anyMatch(code -> code.major == major && code.minor <= minor);
    }

    /** Such as {@code 7.5, 8.x, 9.x}. */
    static String supported() {
        return COMPILED.stream()
                .map(code -> code.minor == 0 ? code.major + ".x" : code.toString())
                .collect(Collectors.joining(", "));
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
