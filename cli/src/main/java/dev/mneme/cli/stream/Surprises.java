package dev.mneme.cli.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mneme.cli.console.Console;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.runtime.session.Session;
import dev.mneme.task.Task;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/** Feeds text to a session and says of every line or segment how surprising it was. Not thread-safe. */
public final class Surprises {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NOTE = "surprises";
    private static final int SHOWN = 1000;

    private final Session session;
    private final Task task;
    private final Unit unit;
    private final double threshold;
    private final Consumer<Surprise> listener;
    private final LineCutter cutter = new LineCutter();
    private final RobustScore usual = new RobustScore();
    private final StringBuilder shown = new StringBuilder();
    private final long[] ids;
    private int shownIds;
    private long position;
    private Sum current = new Sum();
    private Sum all = new Sum();
    private long number;
    private long marked;

    /** What gets a score. */
    public enum Unit {
        LINE,
        SEGMENT
    }

    /**
     * Goes on where the session was saved.
     *
     * @param threshold z above which something is marked
     * @param listener told of every line or segment
     * @throws MnemeException ({@code CONFIG_INVALID}) if the session was saved in the middle of segments, not lines, or
     *     the other way round; ({@code CHECKPOINT_INVALID}) if what was saved of the scores cannot be read
     */
    public Surprises(Session session, Task task, Unit unit, double threshold, Consumer<Surprise> listener) {
        this.session = session;
        this.task = task;
        this.unit = unit;
        this.threshold = threshold;
        this.listener = listener;
        this.ids = new long[task.info().maxLength()];
        this.position = session.tokensRead();
        String note = session.notes().get(NOTE);
        if (note != null) {
            restore(note);
        }
    }

    /** Reads the next characters of the text. */
    public void add(CharSequence text) {
        feed(cutter.add(text));
    }

    /** Reads the rest of a last line without line break. */
    public void end() {
        feed(cutter.end());
    }

    /** What {@link Session#save} is to keep so that another object of this class can go on. */
    public Map<String, String> notes() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("unit", unit.name());
        values.put("number", number);
        values.put("marked", marked);
        values.put("all", List.of(all.tokens(), all.bytes(), all.nats()));
        values.put("current", List.of(current.tokens(), current.bytes(), current.nats()));
        values.put("usual", usual.values());
        return Map.of(NOTE, Console.toJson(values));
    }

    /** Over everything since the very beginning of the stream. */
    public Sum all() {
        return all;
    }

    /** Lines or segments since the very beginning of the stream. */
    public long count() {
        return number;
    }

    /** How many of them were marked. */
    public long marked() {
        return marked;
    }

    /** Whether tokens are text, so that bits per byte have a meaning. */
    public boolean isText() {
        return !Double.isNaN(task.info().bytesPerLabel());
    }

    /** Everything known is fed at once: the model runs whole segments. */
    private void feed(List<LineCutter.Part> parts) {
        List<long[]> tokens = parts.stream().map(part -> tokens(part.text())).toList();
        double[] logProbabilities =
                session.feed(tokens.stream().flatMapToLong(LongStream::of).toArray());
        int from = 0;
        for (int i = 0; i < parts.size(); i++) {
            int to = from + tokens.get(i).length;
            read(parts.get(i), Arrays.copyOfRange(logProbabilities, from, to), tokens.get(i));
            from = to;
        }
    }

    private long[] tokens(String text) {
        if (isText()) {
            return task.parseInput(text);
        }
        return text.isBlank() ? new long[0] : task.parseInput(text.strip());
    }

    private void read(LineCutter.Part part, double[] logProbabilities, long[] tokens) {
        long bytes = part.text().getBytes(StandardCharsets.UTF_8).length;
        all.addBytes(bytes);
        for (int i = 0; i < tokens.length; i++) {
            all.addToken(logProbabilities[i]);
            current.addToken(logProbabilities[i]);
            position++;
            if (unit == Unit.SEGMENT) {
                ids[shownIds++] = tokens[i];
                if (position % ids.length == 0) {
                    tell(task.renderInput(Arrays.copyOf(ids, shownIds)));
                }
            }
        }
        if (unit == Unit.LINE) {
            current.addBytes(bytes);
            show(part.text());
            if (part.ends()) {
                tell(shown.toString());
            }
        }
    }

    private void show(String text) {
        shown.append(text, 0, Math.min(text.length(), SHOWN + 1 - Math.min(shown.length(), SHOWN + 1)));
    }

    private void tell(String text) {
        number++;
        double bits = bits(current);
        double z = Double.isNaN(bits) ? Double.NaN : usual.add(bits);
        boolean isMarked = z > threshold;
        marked += isMarked ? 1 : 0;
        listener.accept(new Surprise(number, current, bits, bits(all), all.perplexity(), z, isMarked, shortened(text)));
        current = new Sum();
        shown.setLength(0);
        shownIds = 0;
    }

    private double bits(Sum sum) {
        return unit == Unit.LINE && isText() ? sum.bitsPerByte() : sum.bitsPerToken();
    }

    private static String shortened(String text) {
        String line = text.stripTrailing().replaceAll("[\\r\\n]", " ");
        return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "...";
    }

    private void restore(String note) {
        try {
            JsonNode values = JSON.readTree(note);
            if (!unit.name().equals(values.path("unit").asText())) {
                throw new MnemeException(
                        ErrorCode.CONFIG_INVALID,
                        "the session was scored by "
                                + values.path("unit").asText().toLowerCase(Locale.ROOT)
                                + " before; go on in the same way, with --by, or begin a new session");
            }
            number = values.required("number").asLong();
            marked = values.required("marked").asLong();
            all = sum(values.required("all"));
            current = sum(values.required("current"));
            values.required("usual").forEach(value -> usual.add(value.asDouble()));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new MnemeException(
                    ErrorCode.CHECKPOINT_INVALID, "the session's scores cannot be read: " + e.getMessage(), e);
        }
    }

    private static Sum sum(JsonNode values) {
        return new Sum(
                values.required(0).asLong(),
                values.required(1).asLong(),
                values.required(2).asDouble());
    }
}
