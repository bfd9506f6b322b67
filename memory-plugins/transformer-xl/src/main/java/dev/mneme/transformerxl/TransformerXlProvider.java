package dev.mneme.transformerxl;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.backbone.RelativeController;
import dev.mneme.backbone.RelativeLayers;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryDescription;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.Roles;
import dev.mneme.memory.Writer;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.RelativeTermsSource;
import dev.mneme.nn.SinusoidalTerms;
import dev.mneme.task.TaskInfo;
import dev.mneme.transformerxl.TransformerXlConfig.Positions;

/** Entry point of Transformer-XL. */
public final class TransformerXlProvider implements MemoryProvider<TransformerXlConfig> {
    @Override
    public String name() {
        return "transformer-xl";
    }

    @Override
    public MemoryDescription description() {
        return new MemoryDescription(
                "Transformer-XL: Attentive Language Models Beyond a Fixed-Length Context",
                "Dai, Yang, Yang, Carbonell, Le, Salakhutdinov 2019, arXiv 1901.02860",
                "every block attends to the last M rows that entered it in earlier segments; scores count distances");
    }

    @Override
    public Class<TransformerXlConfig> configType() {
        return TransformerXlConfig.class;
    }

    @Override
    public Roles roles(TransformerXlConfig config, MechanismContext context) {
        RelativeController.requireSuitable(
                name(), context, config.tiedOutput(), config.positions() == Positions.SINUSOIDAL);
        BackboneConfig backbone = context.backbone();
        int headDim = config.headDim() == 0 ? backbone.dim() / backbone.heads() : config.headDim();
        RelativeLayers.Options options =
                new RelativeLayers.Options(headDim, config.attentionDropout(), config.sameLength(), false, false);
        RelativeLayers layers = new RelativeLayers(
                context.modules(),
                backbone,
                options,
                modules -> positions(modules, config, backbone, headDim, context.task()));
        TransformerXlMemory memory =
                new TransformerXlMemory(context.modules(), backbone.layers(), config.capacity(), backbone.dim());
        TransformerXlReader reader = new TransformerXlReader(config);
        Writer writer = new TransformerXlWriter(config.capacity());
        return new Roles(
                memory, reader, writer, (r, w) -> new RelativeController(context, layers, r, w, config.tiedOutput()));
    }

    private static RelativeTermsSource positions(
            ModuleContext modules, TransformerXlConfig config, BackboneConfig backbone, int headDim, TaskInfo task) {
        if (config.positions() == Positions.LEARNED) {
            return new LearnedTerms(
                    modules,
                    backbone.layers(),
                    backbone.heads(),
                    headDim,
                    config.length() + task.maxLength(),
                    config.clampLength(),
                    backbone.dropout());
        }
        return new SinusoidalTerms(
                modules,
                backbone.layers(),
                backbone.dim(),
                backbone.heads(),
                headDim,
                config.sharedBiases(),
                config.clampLength(),
                backbone.dropout());
    }
}
