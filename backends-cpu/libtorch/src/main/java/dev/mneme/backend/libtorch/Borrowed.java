package dev.mneme.backend.libtorch;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.TensorVector;

/** Tensors of this engine whose handles are kept alive until this is closed. */
final class Borrowed implements AutoCloseable {
    private final String operation;
    private final List<TorchTensor> tensors;

    Borrowed(String operation, List<? extends Tensor> given) {
        this.operation = operation;
        this.tensors = new ArrayList<>(given.size());
        try {
            for (Tensor tensor : given) {
                TorchTensor own = TorchTensor.of(operation, tensor);
                own.borrow(operation);
                tensors.add(own);
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    List<TorchTensor> tensors() {
        return tensors;
    }

    org.bytedeco.pytorch.Tensor handle(int index) {
        return tensors.get(index).borrowed();
    }

    void requireOneType(DType dtype) {
        for (TorchTensor tensor : tensors) {
            if (tensor.dtype() != dtype) {
                throw Failures.dtype(operation, "tensors of one type, " + dtype, tensor.dtype());
            }
        }
    }

    /** A native list of the handles; the caller closes it. */
    TensorVector vector() {
        org.bytedeco.pytorch.Tensor[] handles = new org.bytedeco.pytorch.Tensor[tensors.size()];
        for (int i = 0; i < handles.length; i++) {
            handles[i] = handle(i);
        }
        return new TensorVector(handles);
    }

    @Override
    public void close() {
        tensors.forEach(TorchTensor::release);
    }
}
