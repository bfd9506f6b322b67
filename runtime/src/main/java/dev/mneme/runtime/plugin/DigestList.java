package dev.mneme.runtime.plugin;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.runtime.checkpoint.AtomicFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Digests of jars, one a line as {@code sha256sum} prints and checks them: {@code digest  file name}. Empty lines and
 * lines that start with {@code #} are for people, and stay when lines are added.
 */
final class DigestList {
    /** What install recorded. */
    static final String INSTALLED = "installed.sha256";
    /** What somebody vouches for. */
    static final String TRUSTED = "trusted.sha256";

    private static final Pattern LINE = Pattern.compile("([0-9a-fA-F]{64}) [ *](?:.*/)?([^/]+)");

    private final Path file;
    private final List<String> lines;
    private final Map<String, Set<String>> byName = new TreeMap<>();

    private DigestList(Path file, List<String> lines) {
        this.file = file;
        this.lines = lines;
        for (int i = 0; i < lines.size(); i++) {
            if (isForPeople(lines.get(i))) {
                continue;
            }
            Matcher line = LINE.matcher(lines.get(i));
            if (!line.matches()) {
                throw new MnemeException(
                        ErrorCode.CONFIG_INVALID,
                        file + ", line " + (i + 1) + ": expected 64 hexadecimal digits, two blanks and a file name, as"
                                + " sha256sum prints them");
            }
            byName.computeIfAbsent(line.group(2), name -> new TreeSet<>())
                    .add(line.group(1).toLowerCase(Locale.ROOT));
        }
    }

    /**
     * The list of a file; an empty one if it is not there.
     *
     * @throws MnemeException ({@code CONFIG_INVALID}) naming a line that is none; ({@code FILE_FAILED})
     */
    static DigestList read(Path file) {
        if (Files.notExists(file)) {
            return new DigestList(file, List.of());
        }
        try {
            return new DigestList(file, Files.readAllLines(file, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new MnemeException(
                    ErrorCode.FILE_FAILED,
                    "cannot read " + file + ": " + e + "; check that it is text in UTF-8 and may be read",
                    e);
        }
    }

    Path file() {
        return file;
    }

    Set<String> names() {
        return Set.copyOf(byName.keySet());
    }

    /** Whether the digest stands in the list, under whatever name. */
    boolean contains(String digest) {
        return byName.values().stream().anyMatch(digests -> digests.contains(digest));
    }

    /** A digest of that name, the first by its digits if there are several. */
    @Nullable String digest(String name) {
        Set<String> digests = byName.get(name);
        return digests == null ? null : digests.iterator().next();
    }

    /** The list with this as the only line of its name. */
    DigestList with(String name, String digest) {
        return new DigestList(
                file,
                Stream.concat(without(name).lines.stream(), Stream.of(digest + "  " + name))
                        .toList());
    }

    DigestList without(String name) {
        List<String> kept = new ArrayList<>(lines);
        kept.removeIf(line -> {
            Matcher matcher = LINE.matcher(line);
            return !isForPeople(line) && matcher.matches() && matcher.group(2).equals(name);
        });
        return new DigestList(file, List.copyOf(kept));
    }

    /** Replaces the file by this list. */
    void write() {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line).append('\n'));
        AtomicFiles.write(file, out -> out.write(text.toString().getBytes(StandardCharsets.UTF_8)));
    }

    private static boolean isForPeople(String line) {
        return line.isBlank() || line.startsWith("#");
    }
}
