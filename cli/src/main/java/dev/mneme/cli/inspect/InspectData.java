package dev.mneme.cli.inspect;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.mneme.memory.MemoryView;
import dev.mneme.memory.MemoryView.Axis;
import dev.mneme.memory.MemoryView.Kind;
import dev.mneme.memory.MemoryView.Panel;
import dev.mneme.runtime.inspect.InspectedSegment;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An inspection as JSON, described in {@code docs/inspect.md}. Numbers have five digits. */
public final class InspectData {
    private static final JsonFactory JSON = new JsonFactory();
    private static final MathContext DIGITS = new MathContext(5);
    private static final int SHADES = 255;

    private final Inspection inspection;
    private final boolean packed;
    private final List<String> titles;

    private InspectData(Inspection inspection, boolean packed) {
        this.inspection = inspection;
        this.packed = packed;
        titles = inspection.titles();
    }

    /** Writes it for programs. */
    public static void write(Inspection inspection, OutputStream out) throws IOException {
        new InspectData(inspection, false).write(out);
    }

    /** Writes it for the page's script: heat maps as bytes in base 64, shades between the least and the largest value. */
    static void writePacked(Inspection inspection, OutputStream out) throws IOException {
        new InspectData(inspection, true).write(out);
    }

    private void write(OutputStream out) throws IOException {
        // The stream is the caller's, who still has to force it to the disk.
        try (JsonGenerator json = JSON.createGenerator(out).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)) {
            json.writeStartObject();
            json.writeStringField("memory", inspection.memory());
            json.writeStringField("model", inspection.model());
            json.writeStringField("text", inspection.text());
            json.writeArrayFieldStart("views");
            for (MemoryView view : firsts().values()) {
                about(json, view);
            }
            json.writeEndArray();
            json.writeArrayFieldStart("segments");
            for (InspectedSegment segment : inspection.segments()) {
                segment(json, segment);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    /** Each view as it comes up first, by title. */
    private Map<String, MemoryView> firsts() {
        Map<String, MemoryView> firsts = new LinkedHashMap<>();
        inspection
                .segments()
                .forEach(segment -> segment.views().forEach(view -> firsts.putIfAbsent(view.title(), view)));
        return firsts;
    }

    private void about(JsonGenerator json, MemoryView view) throws IOException {
        json.writeStartObject();
        json.writeStringField("title", view.title());
        json.writeStringField("explanation", view.explanation());
        json.writeStringField("kind", view.kind().name());
        if (inspection.notes().containsKey(view.title())) {
            json.writeStringField("note", inspection.notes().get(view.title()));
        }
        json.writeArrayFieldStart("panels");
        for (Panel panel : view.panels()) {
            json.writeString(panel.name());
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void segment(JsonGenerator json, InspectedSegment segment) throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("tokens");
        for (String token : segment.tokens()) {
            json.writeString(token);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("bits");
        for (double nats : segment.surprises()) {
            number(json, Inspection.bits(nats));
        }
        json.writeEndArray();
        json.writeFieldName("bits_per_token");
        number(json, Inspection.bits(segment.loss()));
        json.writeNumberField("state_bytes", segment.stateBytes());
        json.writeObjectFieldStart("state");
        for (Map.Entry<String, InspectedSegment.Change> entry : segment.state().entrySet()) {
            json.writeObjectFieldStart(entry.getKey());
            json.writeFieldName("norm");
            number(json, entry.getValue().norm());
            json.writeFieldName("written");
            number(json, entry.getValue().written());
            json.writeEndObject();
        }
        json.writeEndObject();
        json.writeObjectFieldStart("counters");
        for (Map.Entry<String, Long> entry : segment.counters().entrySet()) {
            json.writeNumberField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
        views(json, segment);
        json.writeEndObject();
    }

    private void views(JsonGenerator json, InspectedSegment segment) throws IOException {
        json.writeArrayFieldStart("views");
        for (MemoryView view : segment.views()) {
            json.writeStartObject();
            json.writeNumberField("view", titles.indexOf(view.title()));
            axis(json, "rows", view.rows(), segment.tokens());
            axis(json, "columns", view.columns(), segment.tokens());
            json.writeArrayFieldStart("panels");
            for (Panel panel : view.panels()) {
                if (packed && view.kind() == Kind.HEAT_MAP) {
                    packed(json, panel.values());
                } else {
                    numbers(json, panel.values());
                }
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** Labels that are the segment's tokens are left out of a packed axis, which says so. */
    private void axis(JsonGenerator json, String field, Axis axis, List<String> tokens) throws IOException {
        json.writeObjectFieldStart(field);
        json.writeStringField("name", axis.name());
        if (axis.labels().isEmpty()) {
            json.writeNumberField("first", axis.first());
            json.writeNumberField("last", axis.last());
            json.writeNumberField("size", axis.size());
        } else if (packed && axis.labels().equals(tokens)) {
            json.writeBooleanField("tokens", true);
        } else {
            json.writeArrayFieldStart("labels");
            for (String label : axis.labels()) {
                json.writeString(label);
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private static void numbers(JsonGenerator json, float[] values) throws IOException {
        json.writeStartArray();
        for (float value : values) {
            number(json, value);
        }
        json.writeEndArray();
    }

    private static void packed(JsonGenerator json, float[] values) throws IOException {
        float low = 0;
        float high = 0;
        for (float value : values) {
            low = Math.min(low, value);
            high = Math.max(high, value);
        }
        byte[] shades = new byte[values.length];
        for (int i = 0; i < shades.length; i++) {
            shades[i] = high > low ? (byte) Math.round((values[i] - low) / (high - low) * SHADES) : 0;
        }
        json.writeStartObject();
        json.writeFieldName("low");
        number(json, low);
        json.writeFieldName("high");
        number(json, high);
        json.writeStringField("shades", Base64.getEncoder().encodeToString(shades));
        json.writeEndObject();
    }

    private static void number(JsonGenerator json, double value) throws IOException {
        if (Double.isFinite(value)) {
            json.writeNumber(
                    new BigDecimal(value).round(DIGITS).stripTrailingZeros().toString());
        } else {
            json.writeNull();
        }
    }
}
