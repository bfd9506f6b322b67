package dev.mneme.backend.libtorch;

import java.util.ServiceLoader;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/** Which build of LibTorch's natives this process holds. */
public final class TorchNatives {
    private static final String EXTENSION = "org.bytedeco.javacpp.platform.extension";
    private static final String CPU = "";

    private static @Nullable Choice choice;

    private TorchNatives() {}

    /**
     * Which build is to be loaded.
     *
     * @param extension of the build; empty for the CPU's
     * @param failure what kept another build that is on the class path from loading, if one is
     */
    record Choice(String extension, @Nullable LinkageError failure) {}

    /**
     * Chooses and unpacks, once per process. To be called before any class of {@code org.bytedeco.pytorch} is initialised.
     *
     * @throws java.io.UncheckedIOException if JavaCPP's cache cannot be written
     */
    static synchronized Choice prepare() {
        if (choice == null) {
            ServiceLoader<NativesBuild> builds =
                    ServiceLoader.load(NativesBuild.class, NativesBuild.class.getClassLoader());
            Choice made = choose(builds, System.getProperty(EXTENSION));
            if (made.failure() != null) {
                // JavaCPP would try the other build first. Anything set here holds for its other libraries too, so
                // nothing is set where there is only one build.
                System.setProperty(EXTENSION, CPU);
                Loader.loadProperties(true);
            }
            NativeLibrary.unpack(made.extension());
            choice = made;
        }
        return choice;
    }

    /**
     * The first build that is present, not ruled out by the user and loadable here, or else the CPU's.
     *
     * @param wanted the extension that the user set, or null
     */
    static Choice choose(Iterable<NativesBuild> builds, @Nullable String wanted) {
        LinkageError failure = null;
        for (NativesBuild build : builds) {
            boolean isRuledOut = wanted != null && !wanted.endsWith(build.extension());
            if (isRuledOut || !build.isPresent()) {
                continue;
            }
            try {
                build.loadDependencies();
                return new Choice(build.extension(), null);
            } catch (LinkageError e) {
                failure = e;
            }
        }
        return new Choice(CPU, failure);
    }

    /**
     * Makes sure that a build that is on the class path is the one of this process.
     *
     * @param extension as in {@link NativesBuild#extension}
     * @throws LinkageError saying why it is not
     * @throws java.io.UncheckedIOException if JavaCPP's cache cannot be written
     */
    public static void require(String extension) {
        Choice made = prepare();
        if (!made.extension().equals(extension)) {
            if (made.failure() != null) {
                throw made.failure();
            }
            throw new UnsatisfiedLinkError("this process uses LibTorch's natives for the CPU, " + EXTENSION + " is '"
                    + System.getProperty(EXTENSION, "") + "'");
        }
    }
}
