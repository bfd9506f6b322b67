package dev.mneme.tck.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.error.MnemeException;
import dev.mneme.tck.ReferenceBackend;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GoldenFileTest {
    private static final String HEADER = "{\"__metadata__\":{\"mechanism\":\"slots\",\"case\":\"tiny\",\"M\":\"3\"},"
            + "\"in.ids\":{\"dtype\":\"I64\",\"shape\":[2],\"data_offsets\":[0,16]},"
            + "\"out.a\":{\"dtype\":\"F64\",\"shape\":[1,2],\"data_offsets\":[16,32]},"
            + "\"grad.b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[32,36]},"
            + "\"in.valid\":{\"dtype\":\"BOOL\",\"shape\":[2],\"data_offsets\":[36,38]}}";

    @TempDir
    private Path folder;

    private GoldenFile tiny() throws IOException {
        return GoldenFile.read(write(HEADER, 38));
    }

    private Path write(String header, int dataBytes) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes =
                ByteBuffer.allocate(Long.BYTES + text.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(text.length).put(text);
        if (dataBytes == 38) {
            bytes.putLong(7).putLong(-1).putDouble(0.5).putDouble(-2).putFloat(1.5f);
            bytes.put((byte) 1).put((byte) 0);
        }
        return Files.write(folder.resolve("tiny.safetensors"), bytes.array());
    }

    @Test
    void tensorsAndMetadataAreReadAsStored() throws IOException {
        GoldenFile file = tiny();
        assertThat(file.caseName()).isEqualTo("tiny");
        assertThat(file.size("M")).isEqualTo(3);
        assertThat(file.names()).containsExactly("in.ids", "out.a", "grad.b", "in.valid");
        assertThat(file.shape("out.a")).isEqualTo(Shape.of(1, 2));
        assertThat(file.doubles("out.a")).containsExactly(0.5, -2);
        assertThat(file.doubles("grad.b")).containsExactly(1.5);
        try (TensorBackend backend = ReferenceBackend.open();
                TensorScope scope = backend.scope()) {
            assertThat(file.load("in.ids", backend, DType.F64).toLongs()).containsExactly(7, -1);
            assertThat(file.load("in.valid", backend, DType.F64).toBooleans()).containsExactly(true, false);
            assertThat(file.load("grad.b", backend, DType.F64).dtype()).isEqualTo(DType.F64);
        }
    }

    @Test
    void anUnknownNameListsTheKnownOnes() throws IOException {
        GoldenFile file = tiny();
        assertThatThrownBy(() -> file.doubles("out.b")).hasMessageContaining("[in.ids, out.a, grad.b, in.valid]");
        assertThatThrownBy(() -> file.metadata("B")).hasMessageContaining("no metadata key B");
    }

    @Test
    void aTruncatedFileIsRefused() throws IOException {
        Path path = write(HEADER, 20);
        assertThatThrownBy(() -> GoldenFile.read(path))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("tiny.safetensors");
    }

    @Test
    void aComparisonPassesWithinItsToleranceOnly() throws IOException {
        assertThatCode(() -> comparison(0.5, -2 + 1e-9).assertComplete()).doesNotThrowAnyException();
        assertThatThrownBy(() -> comparison(0.5, -2 + 1e-6).assertComplete())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("out.a: differs by 1.00e-06");
        assertThatThrownBy(() -> comparison(Double.NaN, -2).assertComplete()).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> comparison(0.5).assertComplete()).hasMessageContaining("out.a: 1 values");
    }

    @Test
    void aComparisonThatLeavesSomethingOutFails() throws IOException {
        GoldenComparison comparison = new GoldenComparison(tiny(), 1e-8);
        comparison.check("out.a", new double[] {0.5, -2});
        assertThatThrownBy(comparison::assertComplete)
                .hasMessageContaining("grad.b: not compared")
                .hasMessageNotContaining("out.a");
    }

    private GoldenComparison comparison(double... actual) throws IOException {
        GoldenComparison comparison = new GoldenComparison(tiny(), 1e-8);
        comparison.check("out.a", actual);
        comparison.check("grad.b", new double[] {1.5});
        return comparison;
    }
}
