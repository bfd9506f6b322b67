package dev.mneme.backend.nd4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

final class TokenBinsTest {
    @Test
    void everyValueGetsTheNumberOfItsBin() {
        INDArray features = Nd4j.createFromArray(new float[][][] {{{0, 0.24f, 0.25f, 0.5f, 0.99f, 1, -3, 7}}});
        DataSet batch = new DataSet(features, null);
        new TokenBins(4).preProcess(batch);
        assertThat(batch.getFeatures().shape()).containsExactly(1, 1, 8);
        assertThat(batch.getFeatures().dataType()).isEqualTo(DataType.INT64);
        assertThat(batch.getFeatures().ravel().toLongVector()).containsExactly(0, 0, 1, 2, 3, 3, 0, 3);
        assertThat(features.getFloat(0, 0, 1)).isEqualTo(0.24f);
    }

    @Test
    void missingValuesAndTooFewBinsAreRefused() {
        DataSet batch = new DataSet(Nd4j.createFromArray(new float[][] {{0, Float.NaN}}), null);
        assertThatThrownBy(() -> new TokenBins(4).preProcess(batch))
                .hasMessageContaining("DATA_UNREADABLE")
                .hasMessageContaining("not a number");
        assertThatThrownBy(() -> new TokenBins(1)).hasMessageContaining("at least 2, got 1");
    }
}
