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
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CudaDiagnosisTest {
    /** Every way in which it may fail, as users read it. */
    private static Map<String, FakeProbe> machines() {
        Optional<String> noLibrary = Optional.of("libcuda.so.1: no such file");
        Map<String, FakeProbe> machines = new LinkedHashMap<>();
        machines.put("another platform", FakeProbe.but(machine -> machine.platform = "macosx-arm64"));
        machines.put("no GPU", FakeProbe.but(machine -> {
            machine.kernelDriver = Optional.empty();
            machine.whyDriverDoesNotLoad = noLibrary;
            machine.hasNatives = false;
            machine.devices = () -> {
                throw new AssertionError("LibTorch must not be loaded for this");
            };
        }));
        machines.put("a GPU without natives", FakeProbe.but(machine -> machine.hasNatives = false));
        machines.put("natives without a GPU", FakeProbe.but(machine -> {
            machine.kernelDriver = Optional.empty();
            machine.whyDriverDoesNotLoad = noLibrary;
        }));
        machines.put(
                "a container without the driver's library",
                FakeProbe.but(machine -> machine.whyDriverDoesNotLoad = noLibrary));
        machines.put("an old driver, no natives", FakeProbe.but(machine -> {
            machine.kernelDriver = Optional.of("535.104.05");
            machine.newestCuda = 12020;
            machine.hasNatives = false;
        }));
        machines.put("an old driver outside a virtual machine that has the GPU", FakeProbe.but(machine -> {
            machine.kernelDriver = Optional.empty();
            machine.newestCuda = 12080;
        }));
        machines.put(
                "an incomplete CUDA",
                FakeProbe.but(machine -> machine.missing = Set.of("libcudnn.so.9", "libnccl.so.2")));
        machines.put("no device that CUDA shows", FakeProbe.but(machine -> machine.devices = () -> 0));
        machines.put(
                "a GPU that is too old",
                FakeProbe.but(machine -> machine.computeCapability = new ComputeCapability(7, 0)));
        machines.put(
                "natives that do not load",
                FakeProbe.but(machine -> machine.devices = () -> {
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
        assertThat(CudaDiagnosis.of(new FakeProbe())).isEqualTo(new Availability.Available("cuda:0, a fake"));
    }

    @Test
    void driverThatTheKernelDoesNotTellOfWorksByItsLibrary() {
        FakeProbe guest = FakeProbe.but(machine -> machine.kernelDriver = Optional.empty());

        assertThat(CudaDiagnosis.of(guest)).isEqualTo(new Availability.Available("cuda:0, a fake"));
    }

    @Test
    void whatIsMissingKeepsTheNativesForGpusFromLoading() {
        CudaNatives natives = new CudaNatives(FakeProbe.but(machine -> machine.missing = Set.of("libcudnn.so.9")));

        assertThat(natives.isPresent()).isTrue();
        assertThatThrownBy(natives::loadDependencies)
                .isInstanceOf(UnsatisfiedLinkError.class)
                .hasMessageContaining("libcudnn.so.9");
    }

    @Test
    void openingRepeatsReasonAndRemedy() {
        var provider = new LibTorchCudaEngineProvider(FakeProbe.but(machine -> machine.hasNatives = false));

        assertThatThrownBy(() -> provider.open(EngineOptions.defaults()))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ENGINE_UNAVAILABLE))
                .hasMessageStartingWith("ENGINE_UNAVAILABLE: libtorch-cuda: LibTorch's natives for GPUs")
                .hasMessageContaining("add dev.mneme:mneme-backend-cuda-libtorch-natives");
    }

    @Test
    void gpuIsPreferredToTheProcessor() {
        var provider = new LibTorchCudaEngineProvider(new FakeProbe());

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
