package dev.mneme.backend.libtorch;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.LinkedHashMap;
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

    private NativeLibrary() {}

    /**
     * Unpacks LibTorch's kernels before anything of it loads. JavaCPP unpacks library by library, and libtorch.so, which
     * comes first, asks for libtorch_cpu.so: were that not beside it yet, the linker would take the one of a LibTorch that
     * the system happens to have, and the process would crash.
     */
    static void unpack() {
        Properties platform = Loader.loadProperties();
        String name = platform.getProperty("platform.library.prefix", "") + "torch_cpu"
                + platform.getProperty("platform.library.suffix", "");
        String resource = "/org/bytedeco/pytorch/" + Loader.getPlatform() + "/" + name;
        try {
            URL library = Loader.findResource(org.bytedeco.pytorch.presets.torch.class, resource);
            // Where there is none, loading says so in better words.
            if (library != null) {
                Loader.cacheResource(library);
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
