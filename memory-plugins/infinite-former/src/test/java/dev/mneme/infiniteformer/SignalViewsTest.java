package dev.mneme.infiniteformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.MemoryView;
import dev.mneme.memory.MemoryView.Kind;
import dev.mneme.memory.Observation;
import dev.mneme.memory.Segment;
import dev.mneme.memory.StepResult;
import dev.mneme.nn.Pass;
import dev.mneme.tck.ReferenceBackend;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SignalViewsTest {
    private static final int BINS = SignalViews.BINS;
    private static final List<String> TOKENS = List.of("a", "b", "c", "d");

    private static TestModel model(TensorBackend backend, String form, boolean sticky) {
        return TestModel.create(
                backend, Map.of("backbone", form, "sticky", sticky), new LinkedHashMap<>(TestModel.form(form)));
    }

    private static List<List<MemoryView>> views(TestModel model, int segments) {
        List<List<MemoryView>> all = new ArrayList<>();
        try (TensorScope scope = model.backend().scope()) {
            MemoryState state = model.initialState(1);
            for (int i = 0; i < segments; i++) {
                Observation.Recorder recorder = new Observation.Recorder();
                Segment segment = new Segment(model.tokens(new long[] {1, i % 5, 2, 5}), null, null);
                StepResult result = model.mechanism()
                        .controller()
                        .step(segment, state, Pass.evaluation().observedBy(recorder));
                all.add(model.mechanism().memory().views(recorder.observation(TOKENS, state, result.next())));
                state = result.next();
            }
        }
        return all;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsReadIsShownOnceThereIsASignal(boolean sticky) {
        try (TensorBackend backend = ReferenceBackend.open();
                TestModel model = model(backend, "standard", sticky)) {
            List<List<MemoryView>> all = views(model, 3);

            assertThat(all.get(0)).isEmpty();
            assertThat(all.get(1).get(0).rows().labels()).containsExactly("head 1", "head 2");
            List<MemoryView> views = all.get(2);
            assertThat(views).extracting(MemoryView::kind).containsExactly(Kind.DENSITY, Kind.HEAT_MAP, Kind.LINES);
            MemoryView densities = views.get(0);
            assertThat(densities.rows().size()).isEqualTo(sticky ? 3 : 2);
            assertThat(densities.panels()).hasSize(views.get(1).panels().size() / 2);
            for (MemoryView.Panel panel : densities.panels()) {
                if (sticky) {
                    assertThat(mass(panel.values(), 2)).isEqualTo(1, within(1e-5));
                }
            }
        }
    }

    @Test
    void theXlFormShowsTheSame() {
        try (TensorBackend backend = ReferenceBackend.open();
                TestModel model = model(backend, "xl", true)) {
            List<List<MemoryView>> all = views(model, 8);

            assertThat(all.get(7))
                    .extracting(MemoryView::title)
                    .containsExactly("Where queries look", "Where each query looks", "Centre and width of each query");
        }
    }

    /** Without scores every density is N(1/2, ln 2). */
    @Test
    void densitiesAreMeansOfGaussians() {
        try (TensorBackend backend = ReferenceBackend.open();
                TestModel model = model(backend, "standard", false)) {
            model.parameters().keySet().stream()
                    .filter(path -> path.endsWith(".density"))
                    .forEach(path -> model.fill(path, 0));
            List<MemoryView> views = views(model, 2).get(1);
            double variance = Math.log(2);

            float[] density = views.get(0).panels().get(0).values();
            for (int bin = 0; bin < BINS; bin++) {
                double t = (bin + 0.5) / BINS;
                double expected = Math.exp(-(t - 0.5) * (t - 0.5) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);
                assertThat((double) density[bin]).as("bin %d", bin).isEqualTo(expected, within(1e-5));
            }
            // Phi(0.5 / sigma) = Phi(0.6005612) = 0.7259342, from tables.
            assertThat(mass(density, 0)).isEqualTo(2 * 0.7259342 - 1, within(1e-4));
            float[] numbers = views.get(2).panels().get(0).values();
            assertThat(numbers[0]).isEqualTo(0.5f, within(1e-6f));
            assertThat(numbers[TOKENS.size()]).isEqualTo((float) Math.sqrt(variance), within(1e-6f));
        }
    }

    @Test
    void theDistributionFunctionIsThatOfTables() {
        assertThat(NormalDistribution.below(0)).isEqualTo(0.5);
        assertThat(NormalDistribution.below(1.96)).isEqualTo(0.9750021048517795, within(1e-15));
        assertThat(NormalDistribution.below(-1)).isEqualTo(0.15865525393145707, within(1e-15));
        assertThat(NormalDistribution.below(5)).isEqualTo(0.9999997133484281, within(1e-15));
        assertThat(NormalDistribution.below(-20)).isZero();
        assertThat(NormalDistribution.below(20)).isEqualTo(1);
    }

    /** The integral of one density. */
    private static double mass(float[] values, int row) {
        double sum = 0;
        for (int bin = 0; bin < BINS; bin++) {
            sum += values[row * BINS + bin] / (double) BINS;
        }
        return sum;
    }
}
