package dev.mneme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CompareCommandTest {
    private static final List<String> TINY = List.of(
            "--set",
            "task.evaluation_sequences=16",
            "--set",
            "model.dim=16",
            "--set",
            "model.layers=1",
            "--set",
            "model.heads=2",
            "--set",
            "model.segment=6",
            "--set",
            "train.batch=4",
            "--set",
            "train.evaluate_every=1",
            "--steps",
            "2",
            "--threads",
            "1",
            "--json");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    @Test
    void explainsItselfWithExamples() {
        assertThat(mneme("compare", "--help")).isZero();

        assertThat(out.toString())
                .contains("--json", "--verbose", "Examples:", "mneme compare examples/compare-copy.yaml");
    }

    @Test
    void mechanismsAreTrainedComparedAndNotTrainedAgain() throws IOException {
        String[] options = {
            "compare", "--memories", "none,memformer", "--tasks", "segment-copy", "--out", folder.toString()
        };
        int code = tiny(options);
        assertThat(code).as(err.toString()).isZero();

        JsonNode first = json();
        assertThat(first.path("complete").asBoolean()).isTrue();
        assertThat(first.path("cells")).hasSize(2).allSatisfy(cell -> {
            assertThat(cell.path("status").asText()).isEqualTo("ok");
            assertThat(cell.path("peak_bytes").asLong()).isPositive();
            assertThat(cell.path("metrics").path("chance").asDouble()).isEqualTo(0.125);
        });
        assertThat(first.path("table").path(1).path("state_bytes").asLong()).isEqualTo(32 * 16 * 4);
        assertThat(err.toString()).contains("none on segment-copy, seed 0: loss ", "Held equal: the settings");
        for (String file : List.of("compare.json", "compare.csv", "cells.csv", "report.html", "mneme.log")) {
            assertThat(folder.resolve(file)).isNotEmptyFile();
        }
        assertThat(Files.readString(folder.resolve("report.html")))
                .contains("Validation accuracy, segment-copy, against steps", "against peak memory");
        List<FileTime> times = times();

        assertThat(tiny(options)).isZero();

        assertThat(json()).isEqualTo(first);
        assertThat(err.toString()).contains("finished before and not run again: 2");
        assertThat(times()).isEqualTo(times);
    }

    @Test
    void aMechanismThatCannotRunIsReportedAndTheOthersRun() throws IOException {
        assertThat(tiny(
                        "compare",
                        "--memories",
                        "transformer-xl,none",
                        "--tasks",
                        "segment-copy",
                        "--set",
                        "task.form=encoder",
                        "--out",
                        folder.toString()))
                .isEqualTo(ExitCode.FAILED);

        assertThat(json().path("complete").asBoolean(true)).isFalse();
        assertThat(json().path("cells").findValuesAsText("status")).containsExactly("failed", "ok");
        assertThat(err.toString()).contains("Failed: transformer-xl on segment-copy, seed 0: ");
    }

    @Test
    void aDryRunShowsSizesAndWritesNothing() throws IOException {
        assertThat(tiny(
                        "compare",
                        "--memories",
                        "none,memformer",
                        "--tasks",
                        "segment-copy",
                        "--sizes",
                        "task.segments=2,3",
                        "--parameters",
                        "9000",
                        "--dry-run",
                        "--out",
                        folder.toString()))
                .isZero();

        assertThat(folder).isEmptyDirectory();
        assertThat(err.toString()).contains("Held equal: 9,000 parameters, within 1.0 %.", "none: model.feed_forward=");
        assertThat(json().path("table")).hasSize(4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "--memories memformre | did you mean 'memformer'",
                "--tasks segment-cpoy | did you mean 'segment-copy'",
                "--sizes task.segments | expected a key and values",
                "--sizes task.segments=2,x | 'x' is no number",
                "--sizes segments=2 | dotted key",
                "--tolerance 0.1 | goes with --parameters or --state-bytes",
                "--adjust model.dim | goes with --parameters or --state-bytes",
                "--parameters 9000 --adjust x:model.dim | x is not compared",
                "--parameters 9000 --state-bytes 9 | exactly one of",
                "--set memory=none | --memories",
                "--set model.dimm=3 | did you mean 'dim'",
                "no-such.yaml | there is no file no-such.yaml",
            })
    void wrongValuesAreNamed(String words, String message) {
        List<String> arguments = new ArrayList<>(List.of("compare", "--out", folder.toString()));
        if (!words.startsWith("--memories")) {
            arguments.addAll(List.of("--memories", "none"));
        }
        if (!words.startsWith("--tasks")) {
            arguments.addAll(List.of("--tasks", "segment-copy"));
        }
        arguments.addAll(List.of(words.split(" ")));

        assertThat(tiny(arguments.toArray(String[]::new))).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains(message);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void withoutAnythingToCompareItSaysSo() {
        assertThat(mneme("compare")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("a file, or --memories and --tasks");
    }

    private List<FileTime> times() throws IOException {
        List<FileTime> times = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder.resolve("cells"))) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                times.add(Files.getLastModifiedTime(file));
            }
        }
        return times;
    }

    private int tiny(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(TINY);
        return mneme(all.toArray(String[]::new));
    }

    private int mneme(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Main.run(new PrintWriter(out), new PrintWriter(err), arguments);
    }

    private JsonNode json() throws IOException {
        List<String> lines = out.toString().lines().toList();
        assertThat(lines).hasSize(1);
        return new ObjectMapper().readTree(lines.get(0));
    }
}
