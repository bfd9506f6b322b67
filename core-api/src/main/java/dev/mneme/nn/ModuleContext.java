package dev.mneme.nn;

import dev.mneme.stability.Stable;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.SplittableRandom;

/**
 * What a module is built with. The first values of a parameter depend on the seed and on the parameter's path alone, so
 * two models that share a part start with the same values in it.
 *
 * @param backend engine of the parameters
 * @param dtype element type of the parameters
 * @param seed of all initial values
 * @param path dotted path of the module, empty for the root
 */
@Stable
public record ModuleContext(TensorBackend backend, DType dtype, long seed, String path) {
    public ModuleContext(TensorBackend backend, DType dtype, long seed) {
        this(backend, dtype, seed, "");
    }

    /** The context of a child module. */
    public ModuleContext child(String name) {
        return new ModuleContext(backend, dtype, seed, join(name));
    }

    String join(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /** A new leaf that belongs to no scope. */
    Tensor draw(String name, Initializer initializer, Shape shape) {
        SplittableRandom random = new SplittableRandom(seed ^ hash(join(name)));
        try (Tensor values =
                backend.tensor(initializer.draw(shape, random), shape, dtype).unscoped()) {
            return values.variable().unscoped();
        }
    }

    /** 64-bit FNV-1a with a final mix: String.hashCode has too few bits for thousands of parameters. */
    private static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return hash * 0x9E3779B97F4A7C15L;
    }
}
