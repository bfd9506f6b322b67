package dev.mneme.infiniteformer;

import dev.mneme.backbone.TransformerController;
import dev.mneme.infiniteformer.InfiniteFormerConfig.Backbone;
import dev.mneme.memory.Mechanism;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.Memory;
import dev.mneme.memory.MemoryDescription;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Writer;
import dev.mneme.nn.TransformerBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

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
    public Mechanism create(InfiniteFormerConfig config, MechanismContext context) {
        return create(config, context, UnaryOperator.identity(), UnaryOperator.identity());
    }

    /** With a reader and a writer in the backbone that may stand before the mechanism's own. */
    static Mechanism create(
            InfiniteFormerConfig config,
            MechanismContext context,
            UnaryOperator<Reader> beforeReader,
            UnaryOperator<Writer> beforeWriter) {
        if (config.backbone() == Backbone.XL) {
            XlRequirements.check(context.backbone(), context.task());
        }
        Sizes sizes = Sizes.of(config, context);
        GaussianBasis basis = config.gaussians();
        Memory memory = new InfiniteFormerMemory(context.modules(), sizes, config);
        InfiniteFormerReader own = new InfiniteFormerReader(context.modules().child("reader"), sizes, config, basis);
        List<TransformerBlock> blocks = new ArrayList<>();
        Reader reader = beforeReader.apply(own);
        Writer writer = beforeWriter.apply(
                new InfiniteFormerWriter(context.modules().child("writer"), sizes, config, basis, own, blocks));
        if (config.backbone() == Backbone.XL) {
            InfiniteFormerXlController controller = new InfiniteFormerXlController(context, sizes, reader, writer);
            blocks.addAll(controller.blocks());
            return new Mechanism(memory, reader, writer, controller);
        }
        TransformerController controller = new TransformerController(context, reader, writer, 0);
        blocks.addAll(controller.blocks());
        return new Mechanism(memory, reader, writer, controller);
    }
}
