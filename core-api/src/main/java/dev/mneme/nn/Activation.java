package dev.mneme.nn;

import dev.mneme.stability.Stable;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorScope;

/** The non-linearity of a feed-forward layer. */
@Stable
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
    /** The approximation {@code 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x³)))} that GPT-2 was trained with. */
    GELU_TANH {
        @Override
        public Tensor apply(Tensor x) {
            try (TensorScope scope = x.backend().scope()) {
                Tensor inner = x.square().mul(0.044715).add(1).mul(x).mul(Math.sqrt(2 / Math.PI));
                return scope.keep(x.mul(inner.tanh().add(1)).mul(0.5));
            }
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
