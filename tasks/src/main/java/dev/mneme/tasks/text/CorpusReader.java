package dev.mneme.tasks.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/** Documents of a text file, a JSONL file, a folder or the bundled book. */
final class CorpusReader {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What fits into one array on every Java platform. */
    private static final long LARGEST_FILE = Integer.MAX_VALUE - 8L;

    private CorpusReader() {}

    /** Moby Dick, one document. */
    static List<Document> bundled() {
        return List.of(new Document(resource("moby-dick.txt")));
    }

    static byte[] resource(String name) {
        try (InputStream in = CorpusReader.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new MnemeException(
                        ErrorCode.DATA_UNREADABLE,
                        "the jar of mneme-tasks lacks its resource " + name + ": replace it");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new MnemeException(ErrorCode.DATA_UNREADABLE, "reading the bundled " + name + ": " + e, e);
        }
    }

    /**
     * Non-empty documents of a file or folder. A folder is read with its sub-folders, files in order of their paths,
     * hidden ones left out; a {@code .jsonl} file holds a document a line, any other file is one document.
     */
    static List<Document> read(Path path) {
        List<Document> documents = new ArrayList<>();
        try {
            for (Path file : files(path)) {
                if (isJsonLines(file)) {
                    forEachJsonLine(
                            file,
                            (place, line) -> documents.add(
                                    new Document(text(place, line, "text").getBytes(StandardCharsets.UTF_8))));
                } else {
                    documents.add(new Document(content(file)));
                }
            }
        } catch (IOException | UncheckedIOException e) {
            throw new MnemeException(
                    ErrorCode.DATA_UNREADABLE, "reading text from " + path.toAbsolutePath() + ": " + e.getMessage(), e);
        }
        documents.removeIf(document -> document.length() == 0);
        if (documents.isEmpty()) {
            throw new MnemeException(
                    ErrorCode.DATA_UNREADABLE,
                    "reading text from " + path.toAbsolutePath()
                            + ": expected a text file, a .jsonl file or a folder of such, found no text in it");
        }
        return documents;
    }

    private static byte[] content(Path file) throws IOException {
        if (Files.size(file) > LARGEST_FILE) {
            throw new IOException(file + " has more than " + LARGEST_FILE + " bytes: cut it into several files");
        }
        return Files.readAllBytes(file);
    }

    private static List<Path> files(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        try (Stream<Path> tree = Files.walk(path)) {
            return tree.filter(Files::isRegularFile)
                    .filter(file -> !isHidden(path.relativize(file)))
                    .sorted(Comparator.comparing(file -> path.relativize(file).toString()))
                    .toList();
        }
    }

    private static boolean isHidden(Path relative) {
        for (Path name : relative) {
            if (name.toString().startsWith(".")) {
                return true;
            }
        }
        return false;
    }

    static boolean isJsonLines(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".jsonl") || name.endsWith(".ndjson");
    }

    /** Calls with {@code file:line} and the object, for every line that is not blank. */
    static void forEachJsonLine(Path file, BiConsumer<String, JsonNode> action) throws IOException {
        forEachLine(Files.newInputStream(file), file.toString(), (place, line) -> {
            if (!line.isBlank()) {
                action.accept(place, parse(place, line));
            }
        });
    }

    static void forEachLine(byte[] utf8, String name, BiConsumer<String, String> action) throws IOException {
        forEachLine(new ByteArrayInputStream(utf8), name, action);
    }

    private static void forEachLine(InputStream utf8, String name, BiConsumer<String, String> action)
            throws IOException {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(utf8, StandardCharsets.UTF_8))) {
            int number = 0;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                action.accept(name + ":" + ++number, line);
            }
        }
    }

    private static JsonNode parse(String place, String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new MnemeException(
                    ErrorCode.DATA_UNREADABLE,
                    place + ": expected one JSON object a line, found " + excerpt(line) + " (" + e.getOriginalMessage()
                            + ")",
                    e);
        }
    }

    /** A text field that must be there. */
    static String text(String place, JsonNode object, String field) {
        JsonNode value = object.path(field);
        if (!value.isTextual()) {
            throw new MnemeException(
                    ErrorCode.DATA_UNREADABLE,
                    place + ": expected an object with the text field \"" + field + "\", found "
                            + excerpt(object.toString()));
        }
        return value.textValue();
    }

    static String excerpt(String line) {
        String shown = VisibleText.of(line);
        return shown.length() <= 60 ? shown : shown.substring(0, 60) + "...";
    }
}
