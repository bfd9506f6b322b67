package dev.mneme.memorytransformer;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.backbone.BackboneConfig.PositionScheme;
import dev.mneme.backbone.TransformerController;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryDescription;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.Roles;
import dev.mneme.memorytransformer.MemoryTransformerConfig.Positions;
import java.util.Locale;

/** Entry point of the Memory Transformer. */
public final class MemoryTransformerProvider implements MemoryProvider<MemoryTransformerConfig> {
    @Override
    public String name() {
        return "memory-transformer";
    }

    @Override
    public MemoryDescription description() {
        return new MemoryDescription(
                "Memory Transformer",
                "Burtsev, Kuratov, Peganov, Sapunov 2020, arXiv 2006.11527",
                "trained memory rows beside the tokens of a segment, a scratchpad for all layers; nothing is carried on");
    }

    @Override
    public Class<MemoryTransformerConfig> configType() {
        return MemoryTransformerConfig.class;
    }

    @Override
    public Roles roles(MemoryTransformerConfig config, MechanismContext context) {
        BackboneConfig backbone = context.backbone();
        requirePositionTable(config, backbone);
        double std = config.slotStd() > 0 ? config.slotStd() : backbone.inputRms();
        MemoryTransformerMemory memory =
                new MemoryTransformerMemory(context.modules().child("memory"), config, backbone.dim(), std);
        MemoryTransformerReader reader = new MemoryTransformerReader(memory, config);
        MemoryTransformerWriter writer = new MemoryTransformerWriter(context, config);
        return new Roles(
                memory, reader, writer, (r, w) -> new TransformerController(context, r, w, config.reservedPositions()));
    }

    private static void requirePositionTable(MemoryTransformerConfig config, BackboneConfig backbone) {
        boolean table =
                backbone.positions() == PositionScheme.LEARNED || backbone.positions() == PositionScheme.SINUSOIDAL;
        if (config.positions() == Positions.CONTINUOUS && !table) {
            throw new MnemeException(
                    ErrorCode.CONFIG_INVALID,
                    "memory.positions=continuous numbers memory rows and tokens in one table, but model.positions="
                            + backbone.positions().name().toLowerCase(Locale.ROOT)
                            + " has none. Set model.positions to learned or sinusoidal, or memory.positions to none");
        }
    }
}
