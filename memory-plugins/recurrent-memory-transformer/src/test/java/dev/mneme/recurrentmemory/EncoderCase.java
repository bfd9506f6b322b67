package dev.mneme.recurrentmemory;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Segment;
import dev.mneme.recurrentmemory.TestModel.Step;
import dev.mneme.task.Form;
import dev.mneme.tck.golden.GoldenComparison;
import dev.mneme.tck.golden.GoldenFile;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Stored vectors of the authors' classifier. Its segments are [CLS], memory rows, [SEP], tokens, [SEP], padding; in our
 * sequence the memory rows come first, which for full attention is an order of the positions and nothing more.
 */
final class EncoderCase {
    private final TensorBackend backend;
    private final GoldenFile file;
    private final int slots;
    private final int length;
    private final int capacity;

    EncoderCase(TensorBackend backend, GoldenFile file) {
        this.backend = backend;
        this.file = file;
        slots = file.size("M");
        length = file.size("input_size") - slots;
        capacity = length - 3;
    }

    void run(GoldenComparison comparison) {
        GoldenWeights weights = GoldenWeights.ofEncoder(file);
        int classes = file.size("ncls");
        int maxLength = file.size("P") - slots;
        try (TestModel model = TestModel.create(
                backend,
                TestModel.memory(Map.of("slots", slots)),
                RecurrentMemoryGoldenTest.standIn(file, true),
                TestModel.task(Form.ENCODER, file.size("V"), classes, maxLength, 0),
                reader -> reader)) {
            weights.assignTo(model);
            List<long[]> texts = texts();
            long[] labels = file.load("in.labels", backend, DType.F64).toLongs();
            int count = texts.stream().mapToInt(this::segments).max().orElseThrow();
            MemoryState state = model.initialState(texts.size());
            Tensor loss = backend.zeros(Shape.scalar(), DType.F64);
            Tensor logits = loss;
            for (int i = 0; i < count; i++) {
                int remaining = count - i;
                Step step = model.step(segment(texts, remaining), state);
                state = step.next();
                logits = step.logits().select(1, 0);
                long[] present = labels.clone();
                for (int row = 0; row < present.length; row++) {
                    if (segments(texts.get(row)) < remaining) {
                        present[row] = -1;
                    }
                }
                Tensor segmentLoss = logits.crossEntropy(backend.tensor(present, Shape.of(present.length)), 0);
                comparison.check("out.loss_" + i, segmentLoss);
                loss = loss.add(segmentLoss.div(count));
            }
            comparison.check("out.logits", logits);
            comparison.check("out.loss", loss);
            Tensor scalar = loss.add(
                    file.load("cot.logits", backend, DType.F64).mul(logits).sum());
            comparison.check("out.scalar", scalar);
            weights.compare(model.gradients(scalar), comparison);
        }
    }

    /** The ids of each row without special ids and padding, at most what the segments hold. */
    private List<long[]> texts() {
        Tensor ids = file.load("in.ids", backend, DType.F64);
        int width = Math.toIntExact(ids.size(1));
        long[] flat = ids.toLongs();
        List<Long> special =
                List.of((long) file.size("pad_id"), (long) file.size("cls_id"), (long) file.size("sep_id"));
        return IntStream.range(0, flat.length / width)
                .mapToObj(row -> Arrays.stream(flat, row * width, (row + 1) * width)
                        .filter(id -> !special.contains(id))
                        .limit((long) capacity * file.size("maxseg"))
                        .toArray())
                .toList();
    }

    private int segments(long[] text) {
        return (text.length + capacity - 1) / capacity;
    }

    /** The segment that is this many from the end; cut from the right, so that the first one is short. */
    private Segment segment(List<long[]> texts, int remaining) {
        long[] tokens = new long[texts.size() * length];
        boolean[] valid = new boolean[tokens.length];
        Arrays.fill(tokens, file.size("pad_id"));
        for (int row = 0; row < texts.size(); row++) {
            long[] text = texts.get(row);
            int end = text.length - (remaining - 1) * capacity;
            if (end <= 0) {
                continue;
            }
            int begin = Math.max(0, end - capacity);
            int at = row * length;
            tokens[at] = file.size("cls_id");
            tokens[at + 1] = file.size("sep_id");
            System.arraycopy(text, begin, tokens, at + 2, end - begin);
            tokens[at + 2 + end - begin] = file.size("sep_id");
            Arrays.fill(valid, at, at + 3 + end - begin, true);
        }
        Shape shape = Shape.of(texts.size(), length);
        return new Segment(backend.tensor(tokens, shape), backend.tensor(valid, shape), null);
    }
}
