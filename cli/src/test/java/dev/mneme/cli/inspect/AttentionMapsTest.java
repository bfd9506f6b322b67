package dev.mneme.cli.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.tck.ReferenceBackend;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AttentionMapsTest {
    private static final List<String> TOKENS = List.of("a", "b", "c");

    @Test
    void firstRowOfTheBatchIsDrawnForEveryHead() {
        String html = render("controller.layers.0.attention", 2, 2, 3, 3);

        assertThat(html)
                .contains("layer 1, head 1", "layer 1, head 2", ">tokens</text>")
                .doesNotContain(">m1<");
    }

    @Test
    void rowsBeyondTheTokensAreMemorySlots() {
        String html = render("controller.layers.1.attention", 1, 1, 5, 5);

        assertThat(html).contains("layer 2, head 1", ">memory, tokens</text>", ">m1</text>", ">m2</text>", ">c</text>");
    }

    @Test
    void keysThatAreFewerThanTokensAreSlotsAlone() {
        String html = render("controller.layers.0.attention", 1, 1, 3, 2);

        assertThat(html).contains(">tokens</text>", ">memory</text>", ">m2</text>");
    }

    @Test
    void nothingObservedIsSaid() {
        assertThat(new AttentionMaps().render(TOKENS, List.of()).html()).contains("No attention was recorded");
    }

    private static String render(String path, int batch, int heads, int queries, int keys) {
        AttentionMaps maps = new AttentionMaps();
        try (TensorBackend backend = ReferenceBackend.open();
                TensorScope scope = backend.scope()) {
            maps.observe(path, backend.uniform(Shape.of(batch, heads, queries, keys), DType.F64, 1));
        }
        return maps.render(TOKENS, List.of()).html();
    }
}
