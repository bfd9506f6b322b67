package dev.mneme.backend.nd4j.pipeline;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.DataSetPreProcessor;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Makes token ids of continuous features: cuts the range from 0 to 1 into equal bins and puts the number of its bin in a
 * value's place. What lies outside of the range is in the first or last bin. A normalizer brings features into the range:
 *
 * <pre>{@code
 * NormalizerMinMaxScaler scaler = new NormalizerMinMaxScaler(0, 1);
 * scaler.fit(train);
 * train.setPreProcessor(new CompositeDataSetPreProcessor(scaler, new TokenBins(32)));
 * }</pre>
 */
public final class TokenBins implements DataSetPreProcessor {
    private static final long serialVersionUID = 1;

    private final int bins;

    /**
     * Ids from 0 to {@code bins - 1}.
     *
     * @throws MnemeException ({@code CONFIG_INVALID}) for fewer than 2 bins
     */
    public TokenBins(int bins) {
        if (bins < 2) {
            throw new MnemeException(ErrorCode.CONFIG_INVALID, "token bins: expected at least 2, got " + bins);
        }
        this.bins = bins;
    }

    /**
     * Replaces the features by a new INT64 array of the same shape.
     *
     * @throws MnemeException ({@code DATA_UNREADABLE}) if a feature is not a number
     */
    @Override
    public void preProcess(DataSet batch) {
        INDArray features = batch.getFeatures();
        double[] values = SequenceReader.values(features);
        long[] ids = new long[values.length];
        for (int i = 0; i < ids.length; i++) {
            if (Double.isNaN(values[i])) {
                throw new MnemeException(
                        ErrorCode.DATA_UNREADABLE,
                        "making tokens of a data set: a feature is not a number. Replace missing values before");
            }
            ids[i] = Math.max(0, Math.min(bins - 1, (long) Math.floor(values[i] * bins)));
        }
        batch.setFeatures(Nd4j.createFromArray(ids).reshape(features.shape()));
    }
}
