package dev.mneme.tck.memory;

import dev.mneme.backbone.NoMemoryProvider;
import dev.mneme.config.Setting;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryDescription;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.Roles;
import dev.mneme.task.Form;

/** The backbone alone, with something wrong around it. */
record OddProvider<C extends Record>(String name, String citation, Class<C> configType) implements MemoryProvider<C> {
    /** Defaults that its own ranges refuse. */
    public record NoRoom(
            @Setting(value = "slots", min = 1, max = 8) int slots) {
        public static NoRoom defaults() {
            return new NoRoom(16);
        }
    }

    /** Fails at a value that its range allows. */
    public record Divided(
            @Setting(value = "parts of dim 8", min = 0, max = 8)
            int parts) {
        public Divided {
            if (8 % parts != 0) {
                throw new IllegalArgumentException("parts must divide 8, got " + parts);
            }
        }

        public static Divided defaults() {
            return new Divided(2);
        }
    }

    /** Works with decoders only. */
    public record DecoderOnly() {
        public static DecoderOnly defaults() {
            return new DecoderOnly();
        }
    }

    @Override
    public MemoryDescription description() {
        return new MemoryDescription("Odd", citation, "nothing is stored");
    }

    @Override
    public Roles roles(C config, MechanismContext context) {
        if (config instanceof DecoderOnly && context.task().form() != Form.DECODER) {
            throw new MnemeException(ErrorCode.CONFIG_INVALID, "odd works with decoders only");
        }
        return new NoMemoryProvider().roles(NoMemoryProvider.Config.defaults(), context);
    }
}
