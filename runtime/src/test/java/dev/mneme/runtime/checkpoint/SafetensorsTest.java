package dev.mneme.runtime.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.error.MnemeException;
import dev.mneme.runtime.support.Small;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SafetensorsTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource(Small.Engine.class)
    void everyElementTypeReadsBackBitByBit(Small.Engine engine) {
        Path file = directory.resolve("all.safetensors");
        try (TensorBackend backend = engine.open();
                TensorScope scope = backend.scope()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            double[] values = {0, -0.0, 1.5, -2.25, 65504, 5.960464477539063E-8, Double.POSITIVE_INFINITY};
            for (DType dtype : DType.values()) {
                if (dtype.isFloating() && backend.supports(dtype)) {
                    tensors.put(
                            "float." + dtype,
                            backend.tensor(values, Shape.of(values.length), DType.F64)
                                    .to(dtype));
                }
            }
            tensors.put("scalar", backend.full(Shape.scalar(), Math.PI, DType.F64));
            tensors.put("empty", backend.zeros(Shape.of(2, 0, 3), DType.F32));
            tensors.put("ids", backend.tensor(new long[] {Long.MIN_VALUE, 7, -1, 0}, Shape.of(2, 2)));
            tensors.put("mask", backend.tensor(new boolean[] {true, false, true}, Shape.of(3, 1)));
            Safetensors.write(file, Map.of("note", "größer \"als\" 1"), tensors);

            try (SafetensorsFile read = Safetensors.open(file)) {
                assertThat(read.metadata()).containsExactly(Map.entry("note", "größer \"als\" 1"));
                assertThat(read.entries().keySet()).containsExactlyElementsOf(tensors.keySet());
                tensors.forEach((name, tensor) -> {
                    Tensor copy = read.read(name, backend);
                    assertThat(copy.dtype()).isEqualTo(tensor.dtype());
                    assertThat(copy.shape()).isEqualTo(tensor.shape());
                    if (tensor.dtype() == DType.BOOL) {
                        assertThat(copy.toBooleans()).isEqualTo(tensor.toBooleans());
                    } else if (tensor.dtype() == DType.I64) {
                        assertThat(copy.toLongs()).isEqualTo(tensor.toLongs());
                    } else {
                        assertThat(copy.toDoubles()).isEqualTo(tensor.toDoubles());
                    }
                });
            }
        }
    }

    @Test
    void halfPrecisionBitsAreConvertedExactly() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float brain = Halves.fromBfloat16((short) bits);
            float half = Halves.fromFloat16((short) bits);
            assertThat(Halves.toBfloat16(brain)).isEqualTo((short) bits);
            assertThat(Halves.toFloat16(half)).isEqualTo((short) bits);
        }
        assertThat(Halves.fromFloat16((short) 0x3c01)).isEqualTo(1 + 0x1p-10f);
        assertThat(Halves.fromFloat16((short) 0x8001)).isEqualTo(-0x1p-24f);
        assertThat(Halves.fromFloat16((short) 0x7bff)).isEqualTo(65504f);
    }

    @Test
    void layoutIsTheFormats() throws IOException {
        Path file = directory.resolve("layout.safetensors");
        try (TensorBackend backend = Small.Engine.REFERENCE.open();
                TensorScope scope = backend.scope()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            tensors.put("a", backend.tensor(new float[] {1, 2}, Shape.of(1, 2)));
            tensors.put("b", backend.tensor(new long[] {3}, Shape.of(1)));
            Safetensors.write(file, Map.of(), tensors);
        }
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int length = (int) bytes.getLong();
        byte[] header = new byte[length];
        bytes.get(header);
        assertThat(length % 8).isZero();
        assertThat(new String(header, StandardCharsets.UTF_8).strip())
                .isEqualTo("{\"a\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},"
                        + "\"b\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[8,16]}}");
        assertThat(bytes.getFloat()).isEqualTo(1);
        assertThat(bytes.getFloat()).isEqualTo(2);
        assertThat(bytes.getLong()).isEqualTo(3);
        assertThat(bytes.hasRemaining()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]|not a JSON object",
                "{\"a\":1}|has type ''",
                "{\"a\":{\"dtype\":\"F8\",\"shape\":[2],\"data_offsets\":[0,8]}}|has type 'F8'; supported are [F32",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":2,\"data_offsets\":[0,8]}}|has no list 'shape'",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}|has '-2' in 'shape'",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2.5],\"data_offsets\":[0,8]}}|has '2.5' in 'shape'",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}|needs 12 bytes",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}|lies outside of the file",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}|has 4 bytes that belong to no tensor",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}|leaves a hole",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}|lies outside of the file",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,8]}}|more elements",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,8]}}|in 'shape'",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                        + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}|overlaps",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                        + "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}|not JSON",
                "{\"__metadata__\":{\"a\":1}}|metadata 'a' that is not text",
            })
    void hostileHeadersAreRefused(String header, String fault) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        Path file = write(ByteBuffer.allocate(8 + json.length + 8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json));
        assertThatThrownBy(() -> Safetensors.open(file))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("CHECKPOINT_INVALID: " + file)
                .hasMessageContaining(fault);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, 1, 17, 1L << 40, Long.MAX_VALUE})
    void impossibleHeaderLengthsAreRefused(long length) throws IOException {
        Path file = write(ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN).putLong(length));
        assertThatThrownBy(() -> Safetensors.open(file)).hasMessageContaining("corrupt or truncated");
    }

    @Test
    void randomDamageToAHeaderIsRefusedOrHarmless() throws IOException {
        Path file = directory.resolve("good.safetensors");
        try (TensorBackend backend = Small.Engine.REFERENCE.open()) {
            try (TensorScope scope = backend.scope()) {
                Safetensors.write(
                        file,
                        Map.of("k", "v"),
                        Map.of("a", backend.zeros(Shape.of(3, 5), DType.F32), "b", backend.arange(0, 4)));
            }
            byte[] good = Files.readAllBytes(file);
            int header = 8
                    + (int) ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN).getLong();
            SplittableRandom random = new SplittableRandom(42);
            int refused = 0;
            for (int i = 0; i < 2000; i++) {
                byte[] bad = good.clone();
                for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                    bad[random.nextInt(header)] ^= (byte) (1 << random.nextInt(8));
                }
                Files.write(file, bad);
                try (SafetensorsFile read = Safetensors.open(file);
                        TensorScope scope = backend.scope()) {
                    read.entries().keySet().forEach(name -> read.read(name, backend));
                } catch (MnemeException e) {
                    refused++;
                }
            }
            // What is left changed a name, a metadata word or a type of the same size, which only a checksum can tell.
            assertThat(refused).isBetween(1200, 1999);
        }
    }

    private Path write(ByteBuffer content) throws IOException {
        return Files.write(directory.resolve("hostile.safetensors"), content.array());
    }
}
