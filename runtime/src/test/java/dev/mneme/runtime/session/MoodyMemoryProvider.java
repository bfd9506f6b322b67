package dev.mneme.runtime.session;

import dev.mneme.memory.Controller;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryDescription;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Roles;
import dev.mneme.memory.Segment;
import dev.mneme.memory.SegmentStream;
import dev.mneme.memory.StepResult;
import dev.mneme.nn.Parameter;
import dev.mneme.nn.Pass;
import dev.mneme.runtime.support.MeanMemoryProvider;
import dev.mneme.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;

/** The mean memory with a controller that throws when it sees one of the tokens. */
final class MoodyMemoryProvider implements MemoryProvider<MeanMemoryProvider.Config> {
    private static final long NONE = -1;

    private volatile long refused = NONE;

    private final MeanMemoryProvider calm = new MeanMemoryProvider();

    /** From now on throws when it sees this token. */
    void refuse(long token) {
        refused = token;
    }

    @Override
    public String name() {
        return calm.name();
    }

    @Override
    public MemoryDescription description() {
        return calm.description();
    }

    @Override
    public Class<MeanMemoryProvider.Config> configType() {
        return calm.configType();
    }

    @Override
    public Roles roles(MeanMemoryProvider.Config config, MechanismContext context) {
        Roles roles = calm.roles(config, context);
        return new Roles(
                roles.memory(),
                roles.reader(),
                roles.writer(),
                (reader, writer) -> new Moody(roles.controllers().around(reader, writer)));
    }

    private final class Moody implements Controller {
        private final Controller controller;

        Moody(Controller controller) {
            this.controller = controller;
        }

        @Override
        public StepResult step(Segment segment, MemoryState state, Pass pass) {
            StepResult result = controller.step(segment, state, pass);
            check(segment.tokens());
            return result;
        }

        @Override
        public SegmentStream stream(Segment opening, MemoryState state, Pass pass) {
            SegmentStream stream = controller.stream(opening, state, pass);
            return new SegmentStream() {
                @Override
                public Tensor feed(Tensor tokens) {
                    Tensor logits = stream.feed(tokens);
                    check(tokens);
                    return logits;
                }

                @Override
                public MemoryState finish() {
                    return stream.finish();
                }

                @Override
                public void close() {
                    stream.close();
                }
            };
        }

        @Override
        public Map<String, Parameter> parameters() {
            return controller.parameters();
        }

        @Override
        public void close() {
            controller.close();
        }

        private void check(Tensor tokens) {
            if (Arrays.stream(tokens.toLongs()).anyMatch(token -> token == refused)) {
                throw new IllegalArgumentException("refused");
            }
        }
    }
}
