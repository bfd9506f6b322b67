package org.example.runningmean;

import dev.mneme.backbone.TransformerController;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.Memory;
import dev.mneme.memory.MemoryDescription;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.ReadRequest;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Reading;
import dev.mneme.memory.Roles;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.StateSchema;
import dev.mneme.memory.Writer;
import dev.mneme.memory.Written;
import dev.mneme.nn.Linear;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;

/** Entry point, named in META-INF/services/dev.mneme.memory.MemoryProvider; below it the roles. */
public final class RunningMeanProvider implements MemoryProvider<RunningMeanConfig> {
    private static final String MEAN = "mean";

    @Override
    public String name() {
        return "running-mean";
    }

    @Override
    public MemoryDescription description() {
        return new MemoryDescription("Running mean", "of our own", "the running mean of tokens, added to every token");
    }

    @Override
    public Class<RunningMeanConfig> configType() {
        return RunningMeanConfig.class;
    }

    @Override
    public Roles roles(RunningMeanConfig config, MechanismContext context) {
        int dim = context.backbone().dim();
        var memory = new Mean(context.modules().child("memory"), dim);
        var reader = new MeanReader(context.modules().child("reader"), dim);
        var writer = new MeanWriter(context.modules().child("writer"), config.keep());
        return new Roles(memory, reader, writer, (r, w) -> new TransformerController(context, r, w, 0));
    }

    /** One state entry, (batch, dim), which starts from zeros. */
    private static final class Mean extends Module implements Memory {
        private final Shape row;

        Mean(ModuleContext context, int dim) {
            super(context);
            row = Shape.of(dim);
        }

        @Override
        public StateSchema schema() {
            return StateSchema.of(new StateSchema.Entry(MEAN, context().dtype(), row));
        }

        @Override
        public MemoryState initialState(long batch) {
            return MemoryState.empty()
                    .with(MEAN, context().backend().zeros(row.inserting(0, batch), context().dtype()));
        }
    }

    /** After the attention of every block, each token gets the mean, through a linear map. */
    private static final class MeanReader extends Module implements Reader {
        private final Linear map;

        MeanReader(ModuleContext context, int dim) {
            super(context);
            map = child("map", c -> new Linear(c, dim, dim, false));
        }

        @Override
        public Reading read(ReadRequest request, MemoryState state, Pass pass) {
            if (request.site() != ReadRequest.Site.AFTER_ATTENTION) {
                return Reading.NOTHING;
            }
            Tensor seen = map.forward(state.get(MEAN)).unsqueeze(1); // (B, 1, D)
            return new Reading.Residual(seen.expand(request.hidden().shape())); // (B, L, D)
        }
    }

    /** After the last block, the mean moves towards that of the segment's tokens. */
    private static final class MeanWriter extends Module implements Writer {
        private final double keep;

        MeanWriter(ModuleContext context, double keep) {
            super(context);
            this.keep = keep;
        }

        @Override
        public Written write(SegmentTrace trace, MemoryState state, Pass pass) {
            Tensor tokens = trace.tokenOutput(); // (B, L, D)
            Tensor valid = trace.valid(); // (B, L): padding does not count
            Tensor weights = valid == null
                    ? tokens.backend().ones(Shape.of(tokens.size(0), tokens.size(1)), tokens.dtype())
                    : valid.to(tokens.dtype());
            Tensor count = weights.sum(true, 1).clamp(1, Double.POSITIVE_INFINITY); // a row may be all padding
            Tensor found = tokens.mul(weights.unsqueeze(2)).sum(false, 1).div(count); // (B, D)
            Tensor next = state.get(MEAN).mul(keep).add(found.mul(1 - keep));
            return Written.of(MemoryState.empty().with(MEAN, next));
        }
    }
}
