package dev.mneme.infiniteformer;

import dev.mneme.backbone.TransformerController;
import dev.mneme.infiniteformer.InfiniteFormerConfig.Backbone;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.Memory;
import dev.mneme.memory.MemoryDescription;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.Roles;
import dev.mneme.memory.Writer;
import dev.mneme.nn.TransformerBlock;
import java.util.ArrayList;
import java.util.List;

/** Entry point of the ∞-former. */
public final class InfiniteFormerProvider implements MemoryProvider<InfiniteFormerConfig> {
    @Override
    public String name() {
        return "infinite-former";
    }

    @Override
    public MemoryDescription description() {
        return new MemoryDescription(
                "∞-former: Infinite Memory Transformer",
                "Martins, Marinho, Martins 2022, arXiv 2109.00301",
                "the past as a continuous signal of fixed size, refitted with each segment; queries read it with one"
                        + " Gaussian each");
    }

    @Override
    public Class<InfiniteFormerConfig> configType() {
        return InfiniteFormerConfig.class;
    }

    @Override
    public Roles roles(InfiniteFormerConfig config, MechanismContext context) {
        if (config.backbone() == Backbone.XL) {
            XlRequirements.check(context.backbone(), context.task());
        }
        Sizes sizes = Sizes.of(config, context);
        GaussianBasis basis = config.gaussians();
        Memory memory = new InfiniteFormerMemory(context.modules(), sizes, config);
        InfiniteFormerReader reader = new InfiniteFormerReader(context.modules().child("reader"), sizes, config, basis);
        List<TransformerBlock> blocks = new ArrayList<>();
        Writer writer =
                new InfiniteFormerWriter(context.modules().child("writer"), sizes, config, basis, reader, blocks);
        return new Roles(memory, reader, writer, (r, w) -> {
            if (config.backbone() == Backbone.XL) {
                InfiniteFormerXlController controller = new InfiniteFormerXlController(context, sizes, r, w);
                blocks.addAll(controller.blocks());
                return controller;
            }
            TransformerController controller = new TransformerController(context, r, w, 0);
            blocks.addAll(controller.blocks());
            return controller;
        });
    }
}
