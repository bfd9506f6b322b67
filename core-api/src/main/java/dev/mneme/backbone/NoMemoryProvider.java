package dev.mneme.backbone;

import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.Memory;
import dev.mneme.memory.MemoryDescription;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Reading;
import dev.mneme.memory.Roles;
import dev.mneme.memory.StateSchema;
import dev.mneme.memory.Writer;
import dev.mneme.memory.Written;

/** The backbone alone, called {@code none}: what every mechanism is compared with. */
public final class NoMemoryProvider implements MemoryProvider<NoMemoryProvider.Config> {
    /** Nothing to configure. */
    public record Config() {
        public static Config defaults() {
            return new Config();
        }
    }

    /** A memory that carries nothing between segments. */
    public static final Memory STATELESS = new Memory() {
        @Override
        public StateSchema schema() {
            return StateSchema.empty();
        }

        @Override
        public MemoryState initialState(long batch) {
            return MemoryState.empty();
        }
    };

    private static final Reader NO_READER = (request, state, pass) -> Reading.NOTHING;
    private static final Writer NO_WRITER = (trace, state, pass) -> Written.of(MemoryState.empty());

    @Override
    public String name() {
        return "none";
    }

    @Override
    public MemoryDescription description() {
        return new MemoryDescription(
                "Attention Is All You Need",
                "Vaswani et al. 2017, arXiv 1706.03762",
                "the same transformer without a memory; segments know nothing of each other");
    }

    @Override
    public Class<Config> configType() {
        return Config.class;
    }

    @Override
    public Roles roles(Config config, MechanismContext context) {
        return new Roles(
                STATELESS,
                NO_READER,
                NO_WRITER,
                (reader, writer) -> new TransformerController(context, reader, writer, 0));
    }
}
