package dev.mneme.tck.memory;

import static dev.mneme.tck.Rows.assertClose;
import static dev.mneme.tck.Rows.assertDiffers;
import static dev.mneme.tck.Rows.difference;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.config.Settings;
import dev.mneme.memory.ForwardingReader;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Segment;
import dev.mneme.memory.StepResult;
import dev.mneme.nn.ModuleContext;
import dev.mneme.task.Form;
import dev.mneme.task.TaskInfo;
import dev.mneme.tck.ReferenceBackend;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class MechanismProbeTest {
    private static final long[] IDS = {3, 1, 4, 0, 5, 2};

    private final TensorBackend backend = ReferenceBackend.open();
    private final TensorScope scope = backend.scope();
    private final MechanismProbe probe = new MechanismProbe(new SlotProvider(), SlotConfig.defaults(), context());

    @AfterEach
    void close() {
        probe.close();
        scope.close();
        backend.close();
    }

    private MechanismContext context() {
        Map<String, Integer> sizes = Map.of("dim", 8, "heads", 2, "layers", 2, "feed_forward", 12);
        return new MechanismContext(
                new ModuleContext(backend, DType.F64, 5),
                Settings.bind("model", BackboneConfig.class, sizes),
                new TaskInfo(Form.DECODER, 7, 7, 6, 0, -1, -1, Double.NaN, Double.NaN));
    }

    @Test
    void whatTheWriterSawIsThere() {
        assertThatThrownBy(probe::trace).isInstanceOf(NullPointerException.class);
        probe.step(probe.initialState(2), IDS, IDS);
        assertThat(probe.trace().output().shape()).isEqualTo(Shape.of(2, 6, 8));
        assertThat(probe.recorder().layerStates()).hasSize(2);
        assertThat(probe.recorder().actual()).isInstanceOf(SlotWriter.class);
    }

    @Test
    void somethingCanStandBeforeTheReader() {
        MechanismProbe watched = new MechanismProbe(
                new SlotProvider(),
                SlotConfig.defaults(),
                context(),
                reader -> new ForwardingReader(reader) {},
                writer -> writer);
        try (watched) {
            assertThat(watched.mechanism().reader()).isInstanceOf(ForwardingReader.class);
            assertThat(watched.lastLogits(IDS, 3, 3)).isEqualTo(probe.lastLogits(IDS, 3, 3));
        }
    }

    @Test
    void onlyTheChosenParametersMove() {
        double[] start = probe.value("memory.start").toDoubles();
        double[] bias = probe.value("writer.gate.bias").toDoubles();
        MechanismProbe.spreadOut(probe.parameters(), 0.5, path -> path.endsWith("bias"));
        assertThat(probe.value("memory.start").toDoubles()).isEqualTo(start);
        for (int i = 0; i < bias.length; i++) {
            bias[i] += 0.5 * Math.sin("writer.gate.bias".length() + 1.7 * i);
        }
        assertThat(probe.value("writer.gate.bias").toDoubles()).isEqualTo(bias);
    }

    @Test
    void parametersThatAreNotThereAreNamed() {
        assertThatThrownBy(() -> probe.assign("writer.bias", new double[8]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no parameter writer.bias")
                .hasMessageContaining("writer.gate.bias");
        probe.assign("writer.gate.bias", new double[8]);
        assertThat(probe.value("writer.gate.bias").toDoubles()).containsOnly(0);
    }

    @Test
    void aStreamIsCutIntoSegments() {
        double[][] all = probe.logits(IDS, 4, 2);
        StepResult first = probe.step(probe.initialState(1), Arrays.copyOf(IDS, 4));
        StepResult second = probe.step(first.next(), Arrays.copyOfRange(IDS, 4, 6));
        assertThat(all).isDeepEqualTo(new double[][] {
            first.logits().toDoubles(), second.logits().toDoubles()
        });
        assertThat(probe.lastLogits(IDS, 4, 2)).isEqualTo(all[1]);
    }

    @Test
    void paddingIsMasked() {
        Segment padded = probe.segment(new boolean[] {true, false}, new long[] {1, 2});
        assertThat(padded.valid()).isNotNull();
        assertThat(padded.valid().toBooleans()).containsExactly(true, false);
        assertThat(probe.segment(null, IDS).valid()).isNull();
    }

    @Test
    void piecesAreJoinedAndTheStateGoesOn() {
        Tensor tokens = probe.tokens(IDS, IDS);
        StepResult whole = probe.step(probe.initialState(2), IDS, IDS);
        Segment opening = new Segment(tokens.slice(1, 0, 0), null, null);
        StepResult streamed = probe.streamed(probe.initialState(2), opening, tokens, 1, 3, 2);
        assertThat(difference(streamed.logits().toDoubles(), whole.logits().toDoubles()))
                .isLessThan(1e-10);
        assertClose(slots(streamed.next()), slots(whole.next()));
    }

    @Test
    void restoredStatesHaveTheSameValuesAndNoGraph() {
        MemoryState state = probe.step(probe.initialState(1), IDS).next();
        MemoryState restored = probe.restored(state);
        assertThat(restored.tensors().keySet()).isEqualTo(state.tensors().keySet());
        assertThat(slots(restored)).isEqualTo(slots(state));
        assertThat(restored.get(SlotMemory.AGE).toLongs()).containsExactly(1);
        assertThat(state.get(SlotMemory.SLOTS).requiresGradient()).isTrue();
        assertThat(restored.get(SlotMemory.SLOTS).requiresGradient()).isFalse();
    }

    @Test
    void gradientsComeByPathAndThoseOfOthersByNumber() {
        MemoryState start = probe.initialState(1);
        Tensor slots = start.get(SlotMemory.SLOTS).detach().variable();
        StepResult result = probe.step(start.with(SlotMemory.SLOTS, slots), IDS);
        Tensor scalar = result.logits().square().sum();
        Map<String, double[]> gradients =
                probe.gradients(List.of(scalar), Collections.singletonList(null), List.of(slots));
        assertThat(gradients).containsOnlyKeys(keys("0"));
        assertDiffers(gradients.get("0"), new double[gradients.get("0").length]);
        assertThat(gradients.get("memory.start")).containsOnly(0);

        Tensor again = probe.step(probe.initialState(1), IDS).logits().square().sum();
        Map<String, double[]> ofParameters = probe.gradients(again);
        assertThat(ofParameters).containsOnlyKeys(probe.parameters().keySet());
        assertClose(ofParameters.get("memory.start"), gradients.get("0"));
    }

    private List<String> keys(String last) {
        List<String> keys = new ArrayList<>(probe.parameters().keySet());
        keys.add(last);
        return keys;
    }

    private static double[] slots(MemoryState state) {
        return state.get(SlotMemory.SLOTS).toDoubles();
    }
}
