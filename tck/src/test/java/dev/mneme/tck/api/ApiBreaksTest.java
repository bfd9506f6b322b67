package dev.mneme.tck.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.stability.Stable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javassist.NotFoundException;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiles a small library twice, with a change in between. */
final class ApiBreaksTest {
    private static final String READER = """
            public interface Reader {
                String read(String name, int rows);
                default int rows() { return 1; }
                @Beta default void peek() {}
                enum Site { BEFORE, AFTER }
            }
            """;

    @TempDir
    Path folder;

    @Test
    void theSameIsNoBreak() throws Exception {
        assertThat(breaks(stable(READER), stable(READER))).isEmpty();
    }

    @Test
    void aMethodRemovedFromAStableType() throws Exception {
        assertThat(breaks(stable(READER), stable(without("default int rows() { return 1; }"))))
                .containsExactly("org.example.Reader.rows(): method removed");
    }

    @Test
    void aTypeRemoved() throws Exception {
        assertThat(breaks(stable(READER), stable("class Nothing {}")))
                .contains("org.example.Reader: class removed", "org.example.Reader$Site: class removed");
    }

    @Test
    void anotherReturnType() throws Exception {
        assertThat(breaks(stable(READER), stable(READER.replace("int rows()", "long rows()"))))
                .containsExactly("org.example.Reader.rows(): method return type changed");
    }

    @Test
    void anotherParameter() throws Exception {
        assertThat(breaks(stable(READER), stable(READER.replace("int rows)", "long rows)"))))
                .containsExactly(
                        "org.example.Reader.read(String, int): method removed",
                        "org.example.Reader.read(String, long): method added to interface");
    }

    @Test
    void anAbstractMethodThatImplementersLack() throws Exception {
        assertThat(breaks(stable(READER), stable(READER.replace("enum", "void more(); enum"))))
                .containsExactly("org.example.Reader.more(): method added to interface");
    }

    @Test
    void aConstantRemoved() throws Exception {
        assertThat(breaks(stable(READER), stable(READER.replace("BEFORE, ", ""))))
                .containsExactly("org.example.Reader$Site.BEFORE: field removed");
    }

    @Test
    void aComponentAddedToARecord() throws Exception {
        assertThat(breaks(
                        stable("public record Rows(int count) {}"), stable("public record Rows(int count, int of) {}")))
                .containsExactly("org.example.Rows(int): constructor removed");
    }

    @Test
    void aPromiseTakenBack() throws Exception {
        assertThat(breaks(stable(READER), beta(READER))).contains("org.example.Reader: no longer @Stable");
    }

    @Test
    void aPackagesPromiseCountsForItsTypes() throws Exception {
        Path before = jar("before", READER, "@dev.mneme.stability.Stable package org.example;");
        Path after = jar("after", without("default int rows() { return 1; }"), "package org.example;");
        assertThat(ApiBreaks.between(before, after)).contains("org.example.Reader: no longer @Stable");
    }

    @Test
    void additionsAreNone() throws Exception {
        String grown = READER.replace("AFTER", "AFTER, BESIDE")
                .replace(
                        "enum",
                        "default void more() {} static Reader none() { return null; } record New(int x) {} enum");
        assertThat(breaks(stable(READER), stable(grown))).isEmpty();
    }

    @Test
    void aMemberMayPromiseLess() throws Exception {
        assertThat(breaks(stable(READER), stable(without("@Beta default void peek() {}"))))
                .isEmpty();
    }

    @Test
    void whatIsBetaOrInternalChangesFreely() throws Exception {
        String other = without("default int rows() { return 1; }");
        assertThat(breaks(beta(READER), beta(other))).isEmpty();
        assertThat(breaks("@Internal " + READER, "@Internal " + other)).isEmpty();
        assertThat(breaks(READER, other)).as("a package without a promise").isEmpty();
    }

    @Test
    void theSameClassesMakeTheSameBytesAndHoldNoCode() throws Exception {
        Path once = jar("before", stable(READER), "package org.example;");
        Path twice = jar("after", stable(READER), "package org.example;");
        assertThat(once).hasSameBinaryContentAs(twice);
        assertThat(Files.size(once)).isLessThan(4000);
    }

    private static String annotations() {
        return Path.of(Stable.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath())
                .toString();
    }

    private static String stable(String type) {
        return "@Stable " + type;
    }

    private static String beta(String type) {
        return "@Beta " + type;
    }

    private static String without(String member) {
        assertThat(READER).contains(member);
        return READER.replace(member, "");
    }

    private List<String> breaks(String before, String after) throws IOException, NotFoundException {
        return ApiBreaks.between(
                jar("before", before, "package org.example;"), jar("after", after, "package org.example;"));
    }

    private Path jar(String name, String type, String page) throws IOException {
        Path source = Files.createTempDirectory(folder, name);
        Path classes = Files.createDirectory(source.resolve("classes"));
        String file = type.replaceAll("(?s).*?\\b(Reader|Rows|Nothing)\\b.*", "$1") + ".java";
        Files.writeString(source.resolve(file), "package org.example;\nimport dev.mneme.stability.*;\n" + type);
        Files.writeString(source.resolve("package-info.java"), page);
        String[] arguments = {
            "--release",
            "17",
            "-proc:none",
            "-d",
            classes.toString(),
            "-cp",
            annotations(),
            source.resolve(file).toString(),
            source.resolve("package-info.java").toString()
        };
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments))
                .isZero();
        Path jar = source.resolve("library.jar");
        Declarations.write(classes, jar);
        return jar;
    }
}
