package dev.mneme.tasks.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Parallel text of a TSV or JSONL file, or the bundled verses. */
final class PairReader {
    private PairReader() {}

    /** 2,000 English-Spanish Bible verses. */
    static List<SentencePair> bundled() {
        String name = "verses-en-es.tsv";
        try {
            return tsv(CorpusReader.resource(name), name);
        } catch (IOException e) {
            throw new MnemeException(ErrorCode.DATA_UNREADABLE, "reading the bundled " + name + ": " + e, e);
        }
    }

    /**
     * Pairs of a file: {@code .jsonl} with the text fields {@code source}, {@code target} and maybe {@code id}; any
     * other file is TSV of two columns (source, target) or three (id, source, target). A pair without an id goes by its
     * source.
     */
    static List<SentencePair> read(Path file) {
        if (Files.isDirectory(file)) {
            throw new MnemeException(
                    ErrorCode.DATA_UNREADABLE,
                    "reading pairs from " + file.toAbsolutePath() + ": expected a .tsv or .jsonl file, found a folder");
        }
        try {
            if (!CorpusReader.isJsonLines(file)) {
                return tsv(Files.readAllBytes(file), file.toString());
            }
            List<SentencePair> pairs = new ArrayList<>();
            CorpusReader.forEachJsonLine(file, (place, line) -> pairs.add(pair(place, line)));
            return pairs;
        } catch (IOException | UncheckedIOException e) {
            throw new MnemeException(
                    ErrorCode.DATA_UNREADABLE,
                    "reading pairs from " + file.toAbsolutePath() + ": " + e.getMessage(),
                    e);
        }
    }

    private static SentencePair pair(String place, JsonNode line) {
        String source = CorpusReader.text(place, line, "source");
        String target = CorpusReader.text(place, line, "target");
        return new SentencePair(line.path("id").asText(source), source, target);
    }

    private static List<SentencePair> tsv(byte[] utf8, String name) throws IOException {
        List<SentencePair> pairs = new ArrayList<>();
        CorpusReader.forEachLine(utf8, name, (place, line) -> {
            if (line.isBlank()) {
                return;
            }
            String[] columns = line.split("\t", -1);
            switch (columns.length) {
                case 2 -> pairs.add(new SentencePair(columns[0], columns[0], columns[1]));
                case 3 -> pairs.add(new SentencePair(columns[0], columns[1], columns[2]));
                default ->
                    throw new MnemeException(
                            ErrorCode.DATA_UNREADABLE,
                            place
                                    + ": expected source and target, or id, source and target, separated by tabulators; found "
                                    + columns.length + " columns: " + CorpusReader.excerpt(line));
            }
        });
        return pairs;
    }
}
