package dev.mneme.runtime.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.runtime.checkpoint.Fingerprint;
import dev.mneme.runtime.checkpoint.Safetensors;
import dev.mneme.runtime.checkpoint.SafetensorsFile;
import dev.mneme.runtime.generate.Decoding;
import dev.mneme.runtime.model.Model;
import dev.mneme.runtime.support.MeanMemoryProvider;
import dev.mneme.runtime.support.Small;
import dev.mneme.runtime.support.SmallTask;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.TensorBackend;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SessionFileTest {
    private static final SmallTask TASK = SmallTask.of(SmallTask.Kind.STREAM);

    @TempDir
    private Path folder;

    private Path file;
    private TensorBackend backend;
    private Model model;
    private SessionPool pool;

    @BeforeEach
    void open() {
        file = folder.resolve("a.session");
        backend = Small.Engine.REFERENCE.open();
        model = Small.model(backend, TASK, DType.F64, 0);
        pool = SessionPool.open(model, SessionOptions.defaults());
    }

    @AfterEach
    void close() {
        pool.close();
        model.close();
        assertThat(backend.memory().liveTensors()).isZero();
        backend.close();
    }

    @Test
    void restoredSessionGoesOnWhereTheSavedOneWas() {
        for (int length = 0; length < 10; length++) {
            long[] start = OnePass.tokens(model, length, length);
            long[] more = OnePass.tokens(model, 7, 100);
            long[] all =
                    LongStream.concat(Arrays.stream(start), Arrays.stream(more)).toArray();
            double[] expected = Arrays.copyOfRange(OnePass.logProbabilities(model, all), length, all.length);
            save(start);
            try (Session restored = pool.restore(file)) {
                assertThat(restored.tokensRead()).isEqualTo(length);
                double[] found = restored.feed(more);
                assertThat(found).hasSize(7);
                int known = length == 0 ? 1 : 0;
                assertThat(Arrays.copyOfRange(found, known, 7))
                        .containsExactly(Arrays.copyOfRange(expected, known, 7), within(1e-12));
            }
        }
    }

    @Test
    void drawsGoOnAsIfTheSessionHadNeverBeenSaved() {
        Decoding decoding = new Decoding(9, 1.4, 0, 1, 5);
        try (Session session = pool.open()) {
            session.feed(1, 2, 3, 4, 5, 6);
            session.save(file);
            long[] expected = session.generate(decoding).tokens();
            try (Session restored = pool.restore(file)) {
                assertThat(restored.generate(decoding).tokens()).containsExactly(expected);
            }
        }
    }

    @Test
    void sessionsMoveBetweenEngines() {
        long[] start = OnePass.tokens(model, 6, 1);
        long[] more = OnePass.tokens(model, 9, 2);
        long[] all =
                LongStream.concat(Arrays.stream(start), Arrays.stream(more)).toArray();
        save(start);
        try (TensorBackend other = Small.Engine.LIBTORCH.open();
                Model same = Small.model(other, TASK, DType.F64, 0);
                SessionPool there = SessionPool.open(same, SessionOptions.defaults());
                Session restored = there.restore(file)) {
            double[] expected = OnePass.logProbabilities(model, all);
            assertThat(restored.feed(more)).containsExactly(Arrays.copyOfRange(expected, 6, 15), within(1e-10));
        }
    }

    @Test
    void notesAreKeptAndPassedOn() {
        try (Session session = pool.open()) {
            session.feed(1);
            session.save(file, Map.of("offset", "17", "quote", "\"ü\""));
            assertThat(session.notes()).isEmpty();
        }
        try (Session restored = pool.restore(file)) {
            assertThat(restored.notes()).containsOnly(Map.entry("offset", "17"), Map.entry("quote", "\"ü\""));
            restored.save(file);
        }
        try (Session again = pool.restore(file)) {
            assertThat(again.notes()).containsEntry("offset", "17");
        }
    }

    @Test
    void otherProgramsCanReadTheFile() {
        save(OnePass.tokens(model, 6, 1));
        try (SafetensorsFile plain = Safetensors.open(file)) {
            assertThat(plain.entries()).containsOnlyKeys("state.mean", "stream.logits", "stream.unfinished");
            assertThat(plain.metadata())
                    .containsEntry("format", "mneme-session")
                    .containsEntry("version", "1")
                    .containsEntry("memory", "mean")
                    .containsEntry("tokens_read", "6")
                    .containsEntry("fingerprint", Fingerprint.of(model));
        }
    }

    @Test
    void fingerprintsTellModelsApart() {
        String own = Fingerprint.of(model);
        try (Model same = Small.model(backend, TASK, DType.F64, 0.5);
                Model other = Small.model(new MeanMemoryProvider(), backend, TASK, DType.F64, 0, 2)) {
            assertThat(own).hasSize(64).isEqualTo(Fingerprint.of(same)).isNotEqualTo(Fingerprint.of(other));
        }
    }

    @Test
    void sessionsOfOtherModelsAreRefused() {
        save(new long[] {1, 2});
        try (Model otherValues = Small.model(new MeanMemoryProvider(), backend, TASK, DType.F64, 0, 2);
                SessionPool values = SessionPool.open(otherValues, SessionOptions.defaults());
                Model otherMemory = Small.modelWithoutMemory(backend, TASK, DType.F64);
                SessionPool memories = SessionPool.open(otherMemory, SessionOptions.defaults())) {
            assertThatThrownBy(() -> values.restore(file))
                    .hasMessageStartingWith("SESSION_MISMATCH: " + file + " belongs to another model")
                    .hasMessageContaining("with the same memory 'mean' but other settings or parameters");
            assertThatThrownBy(() -> memories.restore(file))
                    .hasMessageContaining("one with the memory 'mean', this one has 'none'");
        }
    }

    @Test
    void newerVersionsAreRefused() {
        StreamState state = StreamState.start(model);
        new SessionFile(model, Fingerprint.of(model)).write(file, state, Map.of(), 2);
        state.close();
        assertThatThrownBy(() -> pool.restore(file))
                .hasMessageStartingWith("SESSION_MISMATCH: " + file + " was written by a newer version")
                .hasMessageContaining("2, this version reads 1");
    }

    @Test
    void truncatedAlteredAndForeignFilesAreRefusedInDifferentWords() throws IOException {
        save(OnePass.tokens(model, 6, 1));
        byte[] good = Files.readAllBytes(file);

        Files.write(file, Arrays.copyOf(good, good.length - 1));
        assertRefused(ErrorCode.CHECKPOINT_INVALID, "is truncated or altered: it has " + (good.length - 1) + " bytes");

        byte[] altered = good.clone();
        altered[good.length - 3] ^= 1;
        Files.write(file, altered);
        assertRefused(ErrorCode.CHECKPOINT_INVALID, "was altered");

        Files.writeString(file, "not a session");
        assertRefused(ErrorCode.CHECKPOINT_INVALID, "none of the files that carry their own checksum");

        Files.delete(file);
        assertRefused(ErrorCode.CHECKPOINT_INVALID, "does not exist");
    }

    @Test
    void everyFlippedBitIsFound() throws IOException {
        save(OnePass.tokens(model, 5, 1));
        byte[] good = Files.readAllBytes(file);
        for (int i = 0; i < good.length; i++) {
            byte[] altered = good.clone();
            altered[i] ^= (byte) (1 << (i % 8));
            Files.write(file, altered);
            assertThatThrownBy(() -> pool.restore(file)).as("byte %d", i).isInstanceOf(MnemeException.class);
        }
    }

    @Test
    void tenThousandDamagedFilesAreRefused() throws IOException {
        List<byte[]> saved = List.of(
                bytesOf(new long[0]), bytesOf(OnePass.tokens(model, 4, 1)), bytesOf(OnePass.tokens(model, 6, 2)));
        SplittableRandom random = new SplittableRandom(20_260_101);
        long before = backend.memory().liveTensors();
        for (int refused = 0; refused < 10_000; ) {
            byte[] good = saved.get(random.nextInt(3));
            byte[] damaged = damaged(good, saved.get(random.nextInt(3)), random);
            if (saved.stream().anyMatch(each -> Arrays.equals(each, damaged))) {
                continue;
            }
            Files.write(file, damaged);
            Throwable refusal = catchThrowable(() -> pool.restore(file).close());
            assertThat(refusal).as("case %d", refused).isInstanceOf(MnemeException.class);
            refused++;
        }
        assertThat(backend.memory().liveTensors()).isEqualTo(before);
    }

    /** Content that no session has, under a checksum that fits, as of a faulty writer. */
    @Test
    void wellFormedNonsenseIsRefused() {
        String print = Fingerprint.of(model);
        SessionFile files = new SessionFile(model, print);
        StreamState start = StreamState.start(model);
        double[] logits = new double[SmallTask.SYMBOLS];
        List<StreamState> wrong = List.of(
                new StreamState(start.memory(), new long[] {1}, logits, 6),
                new StreamState(start.memory(), new long[] {8}, logits, 5),
                new StreamState(start.memory(), new long[] {1}, new double[3], 5),
                new StreamState(start.memory(), new long[0], null, 4),
                new StreamState(start.memory(), new long[0], logits, 0),
                new StreamState(start.memory(), new long[0], null, -4),
                new StreamState(start.memory().only(Set.of()), new long[0], null, 0));
        for (StreamState state : wrong) {
            files.write(file, state, Map.of());
            assertRefused(ErrorCode.CHECKPOINT_INVALID, file.toString());
        }
        start.close();
    }

    @Test
    void savingReplacesAtomicallyAndLeavesNothingElse() throws IOException {
        save(new long[] {1});
        save(new long[] {1, 2});
        try (var entries = Files.list(folder)) {
            assertThat(entries).containsExactly(file);
        }
        try (Session restored = pool.restore(file)) {
            assertThat(restored.tokensRead()).isEqualTo(2);
        }
        try (Session session = pool.open()) {
            assertThatThrownBy(() -> session.save(folder.resolve("no/such/folder/a.session")))
                    .hasMessageStartingWith("FILE_FAILED");
            assertThat(session.feed(1)).hasSize(1);
        }
    }

    private void assertRefused(ErrorCode code, String words) {
        assertThatThrownBy(() -> pool.restore(file))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining(words)
                .extracting(e -> ((MnemeException) e).code())
                .isEqualTo(code);
    }

    private void save(long[] tokens) {
        try (Session session = pool.open()) {
            session.feed(tokens);
            session.save(file);
        }
    }

    private byte[] bytesOf(long[] tokens) throws IOException {
        save(tokens);
        return Files.readAllBytes(file);
    }

    private static byte[] damaged(byte[] good, byte[] other, SplittableRandom random) {
        byte[] result = good.clone();
        switch (random.nextInt(7)) {
            case 0 -> {
                for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                    result[random.nextInt(result.length)] ^= (byte) (1 << random.nextInt(8));
                }
            }
            case 1 -> result = Arrays.copyOf(good, random.nextInt(good.length));
            case 2 -> {
                for (int count = 1 + random.nextInt(40); count > 0; count--) {
                    result[random.nextInt(result.length)] = (byte) random.nextInt(256);
                }
            }
            case 3 -> {
                int at = random.nextInt(Math.min(good.length, other.length));
                result = Arrays.copyOf(good, Math.max(at, other.length));
                System.arraycopy(other, at, result, at, other.length - at);
            }
            case 4 -> result = Arrays.copyOf(good, good.length + 1 + random.nextInt(64));
            case 5 -> {
                int from = random.nextInt(good.length);
                int to = random.nextInt(good.length);
                int length = Math.min(good.length - Math.max(from, to), 1 + random.nextInt(64));
                System.arraycopy(good, from, result, to, length);
            }
            default -> {
                String header = new String(good, 8, 300, StandardCharsets.ISO_8859_1);
                byte[] forged = header.replace("mean", "team")
                        .replace("\"6\"", "\"7\"")
                        .replace("F64", "I64")
                        .getBytes(StandardCharsets.ISO_8859_1);
                System.arraycopy(forged, 0, result, 8, forged.length);
                result[random.nextInt(result.length)] ^= (byte) 64;
            }
        }
        return result;
    }
}
