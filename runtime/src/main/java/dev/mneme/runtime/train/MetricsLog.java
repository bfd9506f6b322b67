package dev.mneme.runtime.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.runtime.checkpoint.AtomicFiles;
import dev.mneme.runtime.evaluate.Metrics;
import dev.mneme.task.Split;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The record of a run, one JSON object a line. A line of a step has {@code step, loss, lr, grad_norm, tokens_per_second,
 * seconds} and, where there are any, {@code auxiliary} losses and the {@code stage} of the curriculum; a line of an
 * evaluation has {@code step, split} and its metrics. Numbers that are not finite are null. A resumed run drops what lies after its checkpoint, so that the file
 * reads as if the run had never been broken.
 */
final class MetricsLog implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String STEP = "step";
    private static final String SPLIT = "split";

    private final Path file;
    private final FileChannel channel;
    private @Nullable Metrics lastValidation;

    /**
     * Opens the record of a run that is at this step.
     *
     * @throws MnemeException ({@code FILE_FAILED}) if it cannot be read or written
     */
    MetricsLog(Path file, long step) {
        this.file = file;
        try {
            dropAfter(step);
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** The validation metrics that were recorded at the step the record was opened with; null if there are none. */
    @Nullable Metrics lastValidation() {
        return lastValidation;
    }

    void step(StepReport report, double seconds) {
        ObjectNode line = JSON.createObjectNode();
        line.put(STEP, report.step());
        put(line, "loss", report.loss());
        put(line, "lr", report.learningRate());
        put(line, "grad_norm", report.gradientNorm());
        put(line, "tokens_per_second", report.tokensPerSecond());
        put(line, "seconds", seconds);
        if (!report.auxiliary().isEmpty()) {
            ObjectNode auxiliary = line.putObject("auxiliary");
            report.auxiliary().forEach((name, value) -> put(auxiliary, name, value));
        }
        if (!report.stage().isEmpty()) {
            line.put("stage", report.stage());
        }
        append(line);
    }

    void evaluation(long step, Split split, Metrics metrics) {
        ObjectNode line = JSON.createObjectNode();
        line.put(STEP, step);
        line.put(SPLIT, split.name().toLowerCase(Locale.ROOT));
        metrics.values().forEach((name, value) -> put(line, name, value));
        append(line);
    }

    /** Forces all lines to the disk: what a checkpoint builds on must not be younger than the checkpoint. */
    void force() {
        try {
            channel.force(false);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private static void put(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, value);
        } else {
            node.putNull(name);
        }
    }

    private void append(ObjectNode line) {
        try {
            // One write a line: a process that is killed leaves whole lines.
            ByteBuffer bytes = ByteBuffer.wrap((JSON.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private void dropAfter(long step) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        String before = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        List<String> kept = new ArrayList<>();
        before.lines().filter(line -> belongs(line, step)).forEach(kept::add);
        String after = String.join("", kept.stream().map(line -> line + "\n").toList());
        if (!after.equals(before)) {
            AtomicFiles.write(file, stream -> stream.write(after.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** Whether a line is whole and not after the step. The test split is evaluated anew when a run ends again. */
    private boolean belongs(String line, long step) {
        JsonNode node;
        try {
            node = JSON.readTree(line);
        } catch (JsonProcessingException e) {
            return false;
        }
        String split = node.path(SPLIT).asText();
        boolean belongs = node.path(STEP).asLong(Long.MAX_VALUE) <= step && !split.equals("test");
        if (belongs && !split.isEmpty() && node.path(STEP).asLong() == step) {
            lastValidation = metrics(node);
        }
        return belongs;
    }

    private static Metrics metrics(JsonNode node) {
        Map<String, Double> values = new LinkedHashMap<>();
        node.properties().forEach(field -> {
            if (!field.getKey().equals(STEP) && !field.getKey().equals(SPLIT)) {
                values.put(field.getKey(), field.getValue().asDouble(Double.NaN));
            }
        });
        return new Metrics(values);
    }

    private MnemeException failed(IOException e) {
        return new MnemeException(ErrorCode.FILE_FAILED, "cannot write the record of the run, " + file + ": " + e, e);
    }
}
