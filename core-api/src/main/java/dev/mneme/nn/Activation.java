package dev.mneme.nn;

import dev.mneme.tensor.Tensor;

/** The non-linearity of a feed-forward layer. */
public enum Activation {
    RELU {
        @Override
        public Tensor apply(Tensor x) {
            return x.relu();
        }
    },
    /** Exact (erf) form. */
    GELU {
        @Override
        public Tensor apply(Tensor x) {
            return x.gelu();
        }
    },
    SILU {
        @Override
        public Tensor apply(Tensor x) {
            return x.silu();
        }
    };

    public abstract Tensor apply(Tensor x);
}
