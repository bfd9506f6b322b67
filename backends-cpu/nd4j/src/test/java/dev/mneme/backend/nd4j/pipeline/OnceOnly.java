package dev.mneme.backend.nd4j.pipeline;

import java.util.List;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.DataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** An iterator over a stream, that cannot go back. */
final class OnceOnly implements DataSetIterator {
    private static final long serialVersionUID = 1;

    private final DataSetIterator data;

    OnceOnly(DataSetIterator data) {
        this.data = data;
    }

    @Override
    public boolean resetSupported() {
        return false;
    }

    @Override
    public void reset() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean hasNext() {
        return data.hasNext();
    }

    @Override
    public DataSet next() {
        return data.next();
    }

    @Override
    public DataSet next(int count) {
        return data.next(count);
    }

    @Override
    public int inputColumns() {
        return data.inputColumns();
    }

    @Override
    public int totalOutcomes() {
        return data.totalOutcomes();
    }

    @Override
    public boolean asyncSupported() {
        return false;
    }

    @Override
    public int batch() {
        return data.batch();
    }

    @Override
    public void setPreProcessor(DataSetPreProcessor processor) {
        data.setPreProcessor(processor);
    }

    @Override
    public DataSetPreProcessor getPreProcessor() {
        return data.getPreProcessor();
    }

    @Override
    public List<String> getLabels() {
        return data.getLabels();
    }
}
