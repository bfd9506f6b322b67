package dev.mneme.backend.nd4j.pipeline;

import dev.mneme.memory.Controller;
import dev.mneme.memory.Mechanism;
import dev.mneme.memory.Memory;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Reading;
import dev.mneme.memory.Segment;
import dev.mneme.memory.SegmentStream;
import dev.mneme.memory.StateSchema;
import dev.mneme.memory.StepResult;
import dev.mneme.memory.Written;
import dev.mneme.nn.Initializer;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Parameter;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.Map;

/** A mechanism whose answer is known: at every step the class is the first token of the sequence. */
final class FirstToken {
    private static final String FIRST = "first";
    private static final long NOTHING = -1;

    private FirstToken() {}

    /**
     * Makes it.
     *
     * @param sharpness logit of the class it takes; all others have 0
     */
    static Mechanism mechanism(TensorBackend backend, int classes, double sharpness) {
        ModuleContext context = new ModuleContext(backend, DType.F32, 1);
        return new Mechanism(
                new First(backend),
                (request, state, pass) -> Reading.NOTHING,
                (trace, state, pass) -> Written.of(state),
                new Rows(context, classes, sharpness));
    }

    private record First(TensorBackend backend) implements Memory {
        @Override
        public StateSchema schema() {
            return StateSchema.of(new StateSchema.Entry(FIRST, DType.I64, Shape.scalar()));
        }

        @Override
        public MemoryState initialState(long batch) {
            return MemoryState.of(Map.of(FIRST, backend.full(Shape.of(batch), NOTHING, DType.I64)));
        }
    }

    private static final class Rows extends Module implements Controller {
        private final Parameter rows;

        Rows(ModuleContext context, int classes, double sharpness) {
            super(context);
            rows = parameter("rows", Initializer.normal(0), classes, classes);
            TensorBackend backend = context.backend();
            double[] diagonal = new double[classes * classes];
            for (int i = 0; i < classes; i++) {
                diagonal[i * classes + i] = sharpness;
            }
            try (Tensor values = backend.tensor(diagonal, Shape.of(classes, classes), DType.F32)) {
                rows.value().assign(values);
            }
        }

        @Override
        public StepResult step(Segment segment, MemoryState state, Pass pass) {
            Tensor before = state.get(FIRST);
            Tensor here = segment.tokens().slice(1, 0, 1).reshape(segment.batch());
            Tensor first = before.lt(0).where(here, before);
            Tensor logits = rows.value().indexSelect(0, first).unsqueeze(1);
            long length = segment.tokens().size(1);
            return new StepResult(
                    logits.expand(Shape.of(segment.batch(), length, logits.size(2))),
                    MemoryState.of(Map.of(FIRST, first)),
                    Map.of());
        }

        @Override
        public SegmentStream stream(Segment opening, MemoryState state, Pass pass) {
            throw new UnsupportedOperationException();
        }
    }
}
