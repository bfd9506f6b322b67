package dev.mneme.backend.libtorch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class BrainFloatsTest {
    @Test
    void flagsOfTheFirstProcessorCount() {
        BrainFloats found = BrainFloats.of(Stream.of(
                "processor\t: 0",
                "flags\t\t: fpu avx512f avx512_bf16 amx_bf16 amx_tile",
                "processor\t: 1",
                "flags\t\t: fpu"));

        assertThat(found.isNative()).isTrue();
        assertThat(found.report()).isEqualTo("amx_bf16, avx512_bf16");
    }

    @Test
    void armWritesFeatures() {
        assertThat(BrainFloats.of(Stream.of("Features\t: fp asimd bf16")).isNative())
                .isTrue();
    }

    @Test
    void widthOfVectorsIsNotEnough() {
        BrainFloats found = BrainFloats.of(Stream.of("flags\t: avx2 avx512f avx512bw"));

        assertThat(found.isNative()).isFalse();
        assertThat(found.report()).isEqualTo("emulated: this processor has no instructions for brain floats");
    }

    @Test
    void machinesWithoutSuchAFileEmulate() {
        assertThat(BrainFloats.of(Stream.of()).isNative()).isFalse();
    }
}
