package dev.mneme.cli.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a command writes. Results go to standard output as text; with {@code --json} standard output is the one line of
 * {@link #result} and text goes to standard error, so that nothing has to be picked apart.
 */
public final class Console {
    private static final ObjectMapper JSON = new ObjectMapper().disable(SerializationFeature.INDENT_OUTPUT);
    private static final int DEFAULT_WIDTH = 100;

    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean json;

    public Console(PrintWriter out, PrintWriter err, boolean json) {
        this.out = out;
        this.err = err;
        this.json = json;
    }

    /** One line for people. */
    public void say(String line) {
        PrintWriter target = json ? err : out;
        target.println(line);
        target.flush();
    }

    public void say(TextTable table) {
        table.lines().forEach(this::say);
    }

    /**
     * One of many lines that come before the result, on standard output in either form: text, or with {@code --json} an
     * object of its own. Not flushed line by line.
     */
    public void event(String line, Map<String, ?> object) {
        out.print((json ? toJson(object) : line) + "\n");
    }

    /** Shows the events so far. */
    public void flush() {
        out.flush();
    }

    /** One line for people about what standard output holds. */
    public void note(String line) {
        err.println(line);
        err.flush();
    }

    /** The result of the command, for programs; nothing without {@code --json}. Called once, last. */
    public void result(Map<String, ?> result) {
        if (json) {
            out.println(toJson(result));
            out.flush();
        }
    }

    /** A new progress line on standard error. */
    public LiveLine progress() {
        boolean terminal = System.console() != null;
        return new LiveLine(err, terminal, terminal ? columns() : Integer.MAX_VALUE, System::nanoTime);
    }

    private static int columns() {
        String columns = System.getenv("COLUMNS");
        return columns != null && columns.matches("[1-9][0-9]{0,3}") ? Integer.parseInt(columns) : DEFAULT_WIDTH;
    }

    /** Compact JSON; numbers that JSON has no word for (NaN, infinities) become null. */
    public static String toJson(Object value) {
        try {
            return JSON.writeValueAsString(finite(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("result is not made of maps, lists, text and numbers", e);
        }
    }

    private static @Nullable Object finite(@Nullable Object value) {
        if (value instanceof Double number && !Double.isFinite(number)) {
            return null;
        }
        if (value instanceof Float number && !Float.isFinite(number)) {
            return null;
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> copy = new LinkedHashMap<>();
            map.forEach((key, entry) -> copy.put(String.valueOf(key), finite(entry)));
            return copy;
        }
        if (value instanceof List<?> list) {
            return list.stream().map(Console::finite).toList();
        }
        return value;
    }
}
