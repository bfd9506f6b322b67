package dev.mneme.infiniteformer;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.backbone.BackboneConfig.CrossAttention;
import dev.mneme.backbone.BackboneConfig.PositionScheme;
import dev.mneme.config.Settings;
import dev.mneme.task.Form;
import dev.mneme.task.TaskInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the xl form asks of the task and of the {@code model.*} keys: no key is silently without effect. */
final class XlRequirements {
    private XlRequirements() {}

    /**
     * Checks everything.
     *
     * @throws dev.mneme.error.MnemeException ({@code CONFIG_INVALID}) with all problems
     */
    static void check(BackboneConfig backbone, TaskInfo task) {
        List<String> problems = new ArrayList<>();
        if (task.form() != Form.DECODER) {
            problems.add("memory.backbone=xl is a causal decoder, but the task needs an "
                    + task.form().name().toLowerCase(Locale.ROOT).replace('_', '-')
                    + ". Set memory.backbone=standard, or choose a task for decoders");
        }
        if (backbone.positions() != PositionScheme.NONE) {
            problems.add("model.positions=" + backbone.positions().name().toLowerCase(Locale.ROOT)
                    + ": memory.backbone=xl has relative positions of its own. Set model.positions=none");
        }
        if (backbone.dim() % 2 != 0) {
            problems.add(
                    "model.dim=" + backbone.dim() + ": the sines and cosines of memory.backbone=xl need an even width");
        }
        if (backbone.embeddingNorm()) {
            problems.add(unknown("model.embedding_norm=true", "model.embedding_norm=false"));
        }
        if (backbone.attentionWindow() >= 0) {
            problems.add(unknown("model.attention_window=" + backbone.attentionWindow(), "model.attention_window=-1"));
        }
        if (backbone.decoderLayers() != 0) {
            problems.add(unknown("model.decoder_layers=" + backbone.decoderLayers(), "model.decoder_layers=0"));
        }
        if (backbone.crossAttention() != CrossAttention.ALL) {
            problems.add(unknown("model.cross_attention=memory", "model.cross_attention=all"));
        }
        if (!problems.isEmpty()) {
            throw Settings.invalid(problems);
        }
    }

    private static String unknown(String given, String instead) {
        return given + ": memory.backbone=xl has no such part. Set " + instead;
    }
}
