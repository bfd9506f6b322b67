package dev.mneme.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CellResultTest {
    @Test
    void lastLineOfOutputIsTheResult() {
        CellResult result = CellResult.of(
                0,
                "a library says hello\n{\"tokens_per_second\":100.0,\"step_seconds\":0.5,\"peak_rss_bytes\":3000,"
                        + "\"model_rss_bytes\":1000,\"parameters\":7}\n",
                "");

        assertThat(result).isEqualTo(new CellResult.Measured(100, 0.5, 3000, 1000, 7));
        assertThat(result.aboveModelBytes()).isEqualTo(2000);
        assertThat(result.toMap()).containsEntry("status", "ok").containsEntry("above_model_bytes", 2000L);
    }

    @Test
    void whereADeviceComputesItsMemoryCounts() {
        CellResult result = CellResult.of(
                0,
                "{\"tokens_per_second\":100.0,\"step_seconds\":0.5,\"peak_rss_bytes\":3000,\"model_rss_bytes\":1000,"
                        + "\"device_peak_bytes\":900,\"device_model_bytes\":200,\"parameters\":7}\n",
                "");

        assertThat(result).isEqualTo(new CellResult.Measured(100, 0.5, 900, 200, 7));
    }

    @Test
    void processEndedByTheKernelRanOutOfMemory() {
        assertThat(CellResult.of(137, "", "")).isEqualTo(new CellResult.Failed("out of memory"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MEMORY_EXHAUSTED: softmax: [enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory",
                "MEMORY_EXHAUSTED: linear of (1, 2): CUDA out of memory. Tried to allocate 2.00 GiB.",
                "java.lang.OutOfMemoryError: Java heap space",
                "terminate called after throwing an instance of 'std::bad_alloc'"
            })
    void everyWayToSayThatMemoryRanOutIsUnderstood(String words) {
        assertThat(CellResult.of(1, "", words)).isEqualTo(new CellResult.Failed("out of memory"));
        assertThat(CellResult.of(1, "{\"error\":{\"code\":\"X\",\"message\":\"" + words + "\"}}", ""))
                .isEqualTo(new CellResult.Failed("out of memory"));
    }

    @Test
    void otherFailuresKeepTheirMessage() {
        assertThat(CellResult.of(2, "{\"error\":{\"code\":\"C\",\"message\":\"CONFIG_INVALID: no\\nsuch key\"}}", "x"))
                .isEqualTo(new CellResult.Failed("CONFIG_INVALID: no such key"));
        assertThat(CellResult.of(134, "", "one\nlast words\n")).isEqualTo(new CellResult.Failed("last words"));
        assertThat(CellResult.of(3, "{\"half", "")).isEqualTo(new CellResult.Failed("ended with exit code 3"));
        assertThat(CellResult.of(0, "", "").stepSeconds()).isNaN();
    }
}
