package dev.mneme.infiniteformer;

import dev.mneme.nn.Parameter;
import dev.mneme.tck.golden.GoldenComparison;
import dev.mneme.tck.golden.GoldenFile;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which stored parameter is which of ours, and how it lies there. */
final class GoldenParameters {
    /** How values lie. */
    private enum Layout {
        SAME,
        /** Stored (in, out), ours (out, in). */
        TRANSPOSED,
        /** Stored (out, in, 3), ours (out, 3 in). */
        TAPS,
        /** Stored is the first row of ours. */
        FIRST_ROW,
        /** Stored is the second row of ours. */
        SECOND_ROW
    }

    private record Place(String path, Layout layout) {}

    private final GoldenFile file;
    private final Map<String, Place> places = new LinkedHashMap<>();

    GoldenParameters(GoldenFile file) {
        this.file = file;
    }

    GoldenParameters same(String stored, String path) {
        places.put(stored, new Place(path, Layout.SAME));
        return this;
    }

    GoldenParameters transposed(String stored, String path) {
        places.put(stored, new Place(path, Layout.TRANSPOSED));
        return this;
    }

    /** The long-term memory's own, stored below a prefix. */
    GoldenParameters memory(String prefix, String gate, String read) {
        places.put(prefix + "mask_net.weight", new Place(gate + ".taps.weight", Layout.TAPS));
        same(prefix + "mask_net.bias", gate + ".taps.bias");
        same(prefix + "proj_key.weight", read + ".key.weight");
        same(prefix + "proj_value.weight", read + ".value.weight");
        same(prefix + "attn_out.weight", read + ".output.weight");
        places.put(prefix + "mu.weight", new Place(read + ".density", Layout.FIRST_ROW));
        places.put(prefix + "sigma.weight", new Place(read + ".density", Layout.SECOND_ROW));
        return this;
    }

    /** Writes all stored parameters into ours. */
    void assignTo(Map<String, Parameter> parameters) {
        for (String name : file.names()) {
            if (name.startsWith("param.") && !places.containsKey(name.substring("param.".length()))) {
                throw new AssertionError(file + ": no place for " + name);
            }
        }
        Map<String, double[]> whole = new LinkedHashMap<>();
        places.forEach((stored, place) -> {
            double[] ours = whole.computeIfAbsent(
                    place.path(), path -> parameters.get(path).value().toDoubles());
            double[] theirs = file.doubles("param." + stored);
            for (int i = 0; i < theirs.length; i++) {
                ours[index(stored, place.layout(), i)] = theirs[i];
            }
        });
        whole.forEach((path, values) -> {
            Tensor target = parameters.get(path).value();
            TensorBackend backend = target.backend();
            target.assign(backend.tensor(values, target.shape(), DType.F64));
        });
    }

    /** Our leaves, in the order in which {@link #compare} takes their gradients. */
    List<Tensor> leaves(Map<String, Parameter> parameters) {
        List<Tensor> leaves = new ArrayList<>();
        paths().forEach(path -> leaves.add(parameters.get(path).value()));
        return leaves;
    }

    private List<String> paths() {
        return places.values().stream().map(Place::path).distinct().toList();
    }

    /** Compares gradients with the stored ones. */
    void compare(List<Tensor> gradients, GoldenComparison comparison) {
        List<String> paths = paths();
        places.forEach((stored, place) -> {
            double[] ours = gradients.get(paths.indexOf(place.path())).toDoubles();
            double[] theirs =
                    new double[Math.toIntExact(file.shape("param." + stored).elements())];
            Arrays.setAll(theirs, i -> ours[index(stored, place.layout(), i)]);
            comparison.check("grad.param." + stored, theirs);
        });
    }

    private int index(String stored, Layout layout, int i) {
        Shape shape = file.shape("param." + stored);
        return switch (layout) {
            case SAME, FIRST_ROW -> i;
            case SECOND_ROW -> i + (int) shape.size(1);
            case TRANSPOSED -> {
                int columns = (int) shape.size(1);
                yield (i % columns) * (int) shape.size(0) + i / columns;
            }
            case TAPS -> {
                int in = (int) shape.size(1);
                int tap = i % 3;
                int from = i / 3 % in;
                int to = i / 3 / in;
                yield to * 3 * in + tap * in + from;
            }
        };
    }
}
