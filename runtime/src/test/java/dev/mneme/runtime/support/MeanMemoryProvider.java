package dev.mneme.runtime.support;

import dev.mneme.backbone.TransformerController;
import dev.mneme.config.Setting;
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
import dev.mneme.nn.Initializer;
import dev.mneme.nn.Linear;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Parameter;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import java.util.Map;

/** One vector per stream: half of what it was, half a projection of the segment's mean; starts from a learned one. */
public final class MeanMemoryProvider implements MemoryProvider<MeanMemoryProvider.Config> {
    private static final String MEAN = "mean";

    /** One weight. */
    public record Config(
            @Setting(value = "weight of the auxiliary loss, the mean square of the state", min = 0, max = 10)
            double auxiliary) {
        public static Config defaults() {
            return new Config(0.01);
        }
    }

    @Override
    public String name() {
        return "mean";
    }

    @Override
    public MemoryDescription description() {
        return new MemoryDescription("A mean", "none", "a moving mean of hidden vectors");
    }

    @Override
    public Class<Config> configType() {
        return Config.class;
    }

    @Override
    public Roles roles(Config config, MechanismContext context) {
        int dim = context.backbone().dim();
        MeanMemory memory = new MeanMemory(context.modules().child("memory"), dim);
        MeanReader reader = new MeanReader(
                context.modules().child("reader"), dim, context.backbone().dropout());
        MeanWriter writer = new MeanWriter(context.modules().child("writer"), dim, config.auxiliary());
        return new Roles(memory, reader, writer, (r, w) -> new TransformerController(context, r, w, 0));
    }

    private static final class MeanMemory extends Module implements Memory {
        private final Parameter start;
        private final int dim;

        MeanMemory(ModuleContext context, int dim) {
            super(context);
            this.dim = dim;
            start = parameter("start", Initializer.normal(0.5), dim);
        }

        @Override
        public StateSchema schema() {
            return StateSchema.of(new StateSchema.Entry(MEAN, context().dtype(), Shape.of(dim)));
        }

        @Override
        public MemoryState initialState(long batch) {
            return MemoryState.of(Map.of(MEAN, start.value().expand(Shape.of(batch, dim))));
        }
    }

    private static final class MeanReader extends Module implements Reader {
        private final Linear project;
        private final double dropout;

        MeanReader(ModuleContext context, int dim, double dropout) {
            super(context);
            this.dropout = dropout;
            project = child("project", c -> new Linear(c, dim, dim, true));
        }

        @Override
        public Reading read(ReadRequest request, MemoryState state, Pass pass) {
            if (request.layer() > 0 || request.site() != ReadRequest.Site.AFTER_ATTENTION) {
                return Reading.NOTHING;
            }
            Tensor read = project.forward(state.get(MEAN)).unsqueeze(1);
            return new Reading.Residual(
                    pass.dropout(read.expand(request.hidden().shape()), dropout));
        }
    }

    private static final class MeanWriter extends Module implements Writer {
        private final Linear project;
        private final double auxiliary;

        MeanWriter(ModuleContext context, int dim, double auxiliary) {
            super(context);
            this.auxiliary = auxiliary;
            project = child("project", c -> new Linear(c, dim, dim, false));
        }

        @Override
        public Written write(SegmentTrace trace, MemoryState state, Pass pass) {
            Tensor seen = project.forward(trace.output().mean(false, 1));
            Tensor next = state.get(MEAN).add(seen).mul(0.5);
            return new Written(
                    MemoryState.of(Map.of(MEAN, next)),
                    Map.of("size", next.square().mean().mul(auxiliary)));
        }
    }
}
