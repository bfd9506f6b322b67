package dev.mneme.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.tensor.Availability;
import dev.mneme.tensor.EngineOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CudaDiagnosisTest {
    /** Every way in which it may fail, as users read it. */
    private static Map<String, FakeProbe> machines() {
        FakeProbe works = FakeProbe.WORKING;
        Optional<String> noLibrary = Optional.of("libcuda.so.1: no such file");
        Map<String, FakeProbe> machines = new LinkedHashMap<>();
        machines.put("another platform", works.onPlatform("macosx-arm64"));
        machines.put("no GPU", FakeProbe.WITHOUT_GPU);
        machines.put("a GPU without natives", works.withoutNatives());
        machines.put("natives without a GPU", works.withDriver(Optional.empty(), noLibrary));
        machines.put("a container without the driver's library", works.withDriver(Optional.of("580.65.06"), noLibrary));
        machines.put(
                "an old driver, no natives",
                works.withDriver(Optional.of("535.104.05"), Optional.empty())
                        .supporting(12020)
                        .withoutNatives());
        machines.put(
                "an old driver outside a virtual machine that has the GPU",
                works.withDriver(Optional.empty(), Optional.empty()).supporting(12080));
        machines.put("an incomplete CUDA", works.without("libcudnn.so.9", "libnccl.so.2"));
        machines.put("no device that CUDA shows", works.counting(() -> 0));
        machines.put("a GPU that is too old", works.ofGeneration(7, 0));
        machines.put("natives that do not load", works.counting(() -> {
            throw new ExceptionInInitializerError(new UnsatisfiedLinkError("libcudnn.so.9: version not found"));
        }));
        return machines;
    }

    @Test
    void whatIsMissingIsSaidInFull() throws IOException {
        String said = machines().entrySet().stream()
                .map(machine -> "# " + machine.getKey() + "\n" + say(CudaDiagnosis.of(machine.getValue())))
                .collect(Collectors.joining("\n"));

        assertThat(said).isEqualToNormalizingNewlines(golden());
    }

    private static String say(Availability availability) {
        assertThat(availability).isInstanceOf(Availability.Unavailable.class);
        Availability.Unavailable unavailable = (Availability.Unavailable) availability;
        return unavailable.reason() + "\n> " + unavailable.remedy() + "\n";
    }

    private static String golden() throws IOException {
        try (InputStream stream = CudaDiagnosisTest.class.getResourceAsStream("diagnoses.txt")) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "6.1, false",
        "7.0, false",
        "7.5, true",
        "8.0, true",
        "8.9, true",
        "9.0, true",
        "10.3, true",
        "11.0, false"
    })
    void codeRunsOnLaterMinorVersionsOnly(String capability, boolean isSupported) {
        String[] parts = capability.split("\\.", -1);

        assertThat(new ComputeCapability(Integer.parseInt(parts[0]), Integer.parseInt(parts[1])).isSupported())
                .isEqualTo(isSupported);
    }

    @Test
    void completeMachineWorks() {
        assertThat(CudaDiagnosis.of(FakeProbe.WORKING)).isEqualTo(new Availability.Available("cuda:0, a fake"));
    }

    @Test
    void driverThatTheKernelDoesNotTellOfWorksByItsLibrary() {
        FakeProbe guest = FakeProbe.WORKING.withDriver(Optional.empty(), Optional.empty());

        assertThat(CudaDiagnosis.of(guest)).isEqualTo(new Availability.Available("cuda:0, a fake"));
    }

    @Test
    void whatIsMissingKeepsTheNativesForGpusFromLoading() {
        CudaNatives natives = new CudaNatives(FakeProbe.WORKING.without("libcudnn.so.9"));

        assertThat(natives.isPresent()).isTrue();
        assertThatThrownBy(natives::loadDependencies)
                .isInstanceOf(UnsatisfiedLinkError.class)
                .hasMessageContaining("libcudnn.so.9");
    }

    @Test
    void openingRepeatsReasonAndRemedy() {
        var provider = new LibTorchCudaEngineProvider(FakeProbe.WORKING.withoutNatives());

        assertThatThrownBy(() -> provider.open(EngineOptions.defaults()))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ENGINE_UNAVAILABLE))
                .hasMessageStartingWith("ENGINE_UNAVAILABLE: libtorch-cuda: LibTorch's natives for GPUs")
                .hasMessageContaining("add dev.mneme:mneme-backend-cuda-libtorch-natives");
    }

    @Test
    void gpuIsPreferredToTheProcessor() {
        var provider = new LibTorchCudaEngineProvider(FakeProbe.WORKING);

        assertThat(provider.name()).isEqualTo("libtorch-cuda");
        assertThat(provider.priority())
                .isGreaterThan(new dev.mneme.backend.libtorch.LibTorchEngineProvider().priority());
    }

    @Test
    void versionOfEitherKindOfDriverIsRead() {
        assertThat(SystemProbe.driverVersion(
                        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023\n"))
                .contains("535.104.05");
        assertThat(SystemProbe.driverVersion("NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06"
                        + "  Release Build  (dvs-builder@U22)\nGCC version:  gcc version 12.3.0\n"))
                .contains("580.65.06");
        assertThat(SystemProbe.driverVersion("something else 1.2\n")).isEmpty();
    }
}
