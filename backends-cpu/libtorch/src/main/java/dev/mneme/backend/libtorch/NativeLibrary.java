package dev.mneme.backend.libtorch;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;

/** Facts about the loaded natives. */
final class NativeLibrary {
    private static final Pattern VERSION = Pattern.compile("TORCH_VERSION=([^,\\s]+)");

    /** What other libraries of LibTorch link to. */
    private static final List<String> ASKED_FOR = List.of("c10", "c10_cuda", "torch_cpu", "torch_cuda");

    private NativeLibrary() {}

    /**
     * Unpacks LibTorch before anything of it loads. JavaCPP unpacks library by library as it loads them, and each asks for
     * others: were those not beside it yet, the linker would take the ones of a LibTorch that the system happens to have,
     * and the process would crash.
     *
     * @param extension of the build, empty for the CPU's
     */
    static void unpack(String extension) {
        Properties platform = Loader.loadProperties();
        String folder = "/org/bytedeco/pytorch/" + Loader.getPlatform() + extension + "/"
                + platform.getProperty("platform.library.prefix", "");
        String suffix = platform.getProperty("platform.library.suffix", "");
        try {
            for (String library : ASKED_FOR) {
                URL resource = Loader.findResource(org.bytedeco.pytorch.presets.torch.class, folder + library + suffix);
                // Not every build has all; where there is none, loading says so in better words.
                if (resource != null) {
                    Loader.cacheResource(resource);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String version() {
        Matcher matcher = VERSION.matcher(configuration());
        return matcher.find() ? matcher.group(1) : "unknown";
    }

    static Map<String, String> details() {
        Map<String, String> details = new LinkedHashMap<>();
        details.put("LibTorch", version());
        details.put("BLAS", blas());
        details.put("vector instructions", vectorInstructions());
        details.put("natives", cacheFolder());
        details.put("OpenMP wait policy", NativeEnvironment.WAIT_POLICY_REPORT);
        return details;
    }

    /** The widest instruction set that LibTorch's kernels use here, such as {@code AVX512}. */
    static String vectorInstructions() {
        try (BytePointer text = torch.get_cpu_capability()) {
            return text.getString();
        }
    }

    private static String configuration() {
        try (BytePointer text = torch.show_config()) {
            return text.getString();
        }
    }

    /** JavaCPP's numbering of the libraries it can load in OpenBLAS's place. */
    private static String blas() {
        return switch (openblas_nolapack.blas_get_vendor()) {
            case 2 -> "OpenBLAS";
            case 3 -> "MKL";
            default -> "unknown";
        };
    }

    private static String cacheFolder() {
        try {
            File folder = Loader.getCacheDir();
            return folder.getPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
