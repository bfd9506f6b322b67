package dev.mneme.tasks.generated;

import dev.mneme.task.Form;
import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Split;
import dev.mneme.task.Task;
import dev.mneme.task.WindowSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Accuracy of the best predictor that sees only its own segment (or, encoder-decoder, only the previous targets), by
 * listing all sequences a small task can draw. Exact where all of them are equally likely.
 */
final class BayesAccuracy {
    private BayesAccuracy() {}

    static double of(Task task, int differentSequences) {
        Map<List<Long>, Map<Long, Integer>> labelsByView = new HashMap<>();
        Set<List<Long>> sequences = new HashSet<>();
        WindowSource source = task.windows(Split.TRAIN, 1, 1);
        int scored = 0;
        for (long position = 0; sequences.size() < differentSequences; position++) {
            List<SegmentBatch> segments = source.window(position).segments();
            if (!sequences.add(identity(segments))) {
                continue;
            }
            for (int s = 0; s < segments.size(); s++) {
                SegmentBatch segment = segments.get(s);
                long[] seen = segment.decoderTokens() != null ? segment.decoderTokens() : segment.tokens();
                for (int i = 0; i < segment.labels().length; i++) {
                    if (segment.labels()[i] != SegmentBatch.IGNORED) {
                        List<Long> view = new ArrayList<>(List.of((long) s, (long) i));
                        boolean causal = task.info().form() != Form.ENCODER;
                        Arrays.stream(seen, 0, causal ? i + 1 : seen.length).forEach(view::add);
                        labelsByView
                                .computeIfAbsent(view, unused -> new HashMap<>())
                                .merge(segment.labels()[i], 1, Integer::sum);
                        scored++;
                    }
                }
            }
        }
        int right = labelsByView.values().stream()
                .mapToInt(
                        labels -> labels.values().stream().max(Integer::compare).orElseThrow())
                .sum();
        return right / (double) scored;
    }

    private static List<Long> identity(List<SegmentBatch> segments) {
        List<Long> identity = new ArrayList<>();
        for (SegmentBatch segment : segments) {
            Arrays.stream(segment.tokens()).forEach(identity::add);
            Arrays.stream(Objects.requireNonNullElse(segment.decoderTokens(), new long[0]))
                    .forEach(identity::add);
            Arrays.stream(segment.labels()).forEach(identity::add);
        }
        return identity;
    }
}
