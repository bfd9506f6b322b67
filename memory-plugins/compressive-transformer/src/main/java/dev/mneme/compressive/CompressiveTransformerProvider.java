package dev.mneme.compressive;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.backbone.RelativeController;
import dev.mneme.backbone.RelativeLayers;
import dev.mneme.compressive.CompressiveTransformerConfig.Compression;
import dev.mneme.compressive.CompressiveTransformerConfig.Kept;
import dev.mneme.compressive.CompressiveTransformerConfig.Positions;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryDescription;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.Roles;
import dev.mneme.memory.Writer;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.RelativeTermsSource;
import dev.mneme.nn.SinusoidalTerms;
import dev.mneme.task.TaskInfo;

/** Entry point of the Compressive Transformer. */
public final class CompressiveTransformerProvider implements MemoryProvider<CompressiveTransformerConfig> {
    @Override
    public String name() {
        return "compressive-transformer";
    }

    @Override
    public MemoryDescription description() {
        return new MemoryDescription(
                "Compressive Transformers for Long-Range Sequence Modelling",
                "Rae, Potapenko, Jayakumar, Lillicrap 2020, arXiv 1911.05507",
                "rows that leave a Transformer-XL memory are compressed, c to one, into a second memory");
    }

    @Override
    public Class<CompressiveTransformerConfig> configType() {
        return CompressiveTransformerConfig.class;
    }

    @Override
    public Roles roles(CompressiveTransformerConfig config, MechanismContext context) {
        RelativeController.requireSuitable(
                name(), context, config.tiedOutput(), config.positions() == Positions.RELATIVE);
        BackboneConfig backbone = context.backbone();
        int headDim = config.headDim() == 0 ? backbone.dim() / backbone.heads() : config.headDim();
        RelativeLayers.Options options = new RelativeLayers.Options(
                headDim,
                config.attentionDropout(),
                false,
                config.kept() == Kept.NORMALISED,
                config.compression() == Compression.MOST_USED);
        RelativeLayers layers = new RelativeLayers(
                context.modules(),
                backbone,
                options,
                modules -> positions(modules, config, backbone, headDim, context.task()));
        CompressiveMemory memory = new CompressiveMemory(context.modules(), config, backbone.layers(), backbone.dim());
        CompressiveReader reader = new CompressiveReader(config, backbone.layers());
        Writer writer = new CompressiveWriter(context, config, layers.blocks());
        return new Roles(
                memory, reader, writer, (r, w) -> new RelativeController(context, layers, r, w, config.tiedOutput()));
    }

    private static RelativeTermsSource positions(
            ModuleContext modules,
            CompressiveTransformerConfig config,
            BackboneConfig backbone,
            int headDim,
            TaskInfo task) {
        if (config.positions() == Positions.LEARNED) {
            Sizes bound = Sizes.bound(config);
            return new PlaceTerms(
                    modules,
                    backbone.layers(),
                    backbone.heads(),
                    headDim,
                    task.maxLength(),
                    bound.length() + bound.compressed());
        }
        return new SinusoidalTerms(
                modules,
                backbone.layers(),
                backbone.dim(),
                backbone.heads(),
                headDim,
                config.sharedBiases(),
                0,
                backbone.dropout());
    }
}
