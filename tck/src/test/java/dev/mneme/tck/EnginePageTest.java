package dev.mneme.tck;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.inject.Guice;
import com.google.inject.Key;
import com.google.inject.Module;
import com.google.inject.util.Types;
import dev.mneme.tensor.EngineProvider;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/** {@code docs/writing-an-engine.md}: its files are compiled, its command is run, its engine keeps the contract. */
final class EnginePageTest {
    private static final Path PAGE = Path.of("../docs/writing-an-engine.md");
    private static final Pattern BLOCK =
            Pattern.compile("^```(java|sh)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern FILE = Pattern.compile("^// (\\S+\\.java)\\n");

    @TempDir
    Path folder;

    @Test
    void theEngineOfThePageIsFoundAndKeepsTheContract() throws Exception {
        List<Path> sources = follow();
        Path classes = Files.createDirectory(folder.resolve("classes"));
        compile(sources, classes);
        URL[] path = {
            classes.toUri().toURL(),
            folder.resolve("src/main/resources").toUri().toURL()
        };
        try (URLClassLoader loader = new URLClassLoader(path, getClass().getClassLoader())) {
            assertThat(found(loader)).extracting(EngineProvider::name).contains("rows");
            Constructor<?> constructor =
                    loader.loadClass("org.example.engine.RowEngineContractTest").getDeclaredConstructor();
            constructor.setAccessible(true);
            assertThat(run((BackendContract) constructor.newInstance())).isGreaterThan(9000);
        }
    }

    /** Writes the page's files and runs its commands; returns the files. */
    private List<Path> follow() throws IOException, InterruptedException {
        List<Path> sources = new ArrayList<>();
        Matcher blocks = BLOCK.matcher(Files.readString(PAGE));
        while (blocks.find()) {
            String text = blocks.group(2);
            if (blocks.group(1).equals("sh")) {
                Process process = new ProcessBuilder("sh", "-e", "-c", text)
                        .directory(folder.toFile())
                        .inheritIO()
                        .start();
                assertThat(process.waitFor()).as(text).isZero();
                continue;
            }
            Matcher name = FILE.matcher(text);
            assertThat(name.find())
                    .as("the first line names the file: %s", text)
                    .isTrue();
            Path file = folder.resolve(name.group(1));
            Files.createDirectories(file.getParent());
            Files.writeString(file, text.substring(name.end()));
            sources.add(file);
        }
        return sources;
    }

    private static void compile(List<Path> sources, Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            boolean done = compiler.getTask(
                            messages,
                            files,
                            null,
                            List.of("--release", "17", "-proc:none", "-Xlint:all,-classfile", "-d", classes.toString()),
                            null,
                            files.getJavaFileObjectsFromPaths(sources))
                    .call();
            assertThat(done).as(messages.toString()).isTrue();
        }
    }

    private static Set<EngineProvider> found(ClassLoader loader) {
        @SuppressWarnings("unchecked") // the key says which set it is
        Key<Set<EngineProvider>> key = (Key<Set<EngineProvider>>) Key.get(Types.setOf(EngineProvider.class));
        return Guice.createInjector(ServiceLoader.load(Module.class, loader)).getInstance(key);
    }

    /** All tests of the contract; returns their number. */
    private static int run(BackendContract contract) throws Exception {
        contract.open();
        int count = 0;
        for (Method group : BackendContract.class.getDeclaredMethods()) {
            if (group.isAnnotationPresent(TestFactory.class)) {
                for (DynamicTest test : tests(group, contract)) {
                    try {
                        test.getExecutable().execute();
                    } catch (TestAbortedException notThere) {
                        // A precision that the engine does not have, as JUnit would report it: skipped.
                        continue;
                    } catch (Throwable failure) {
                        throw new AssertionError(failure.getMessage(), failure);
                    }
                    count++;
                }
            }
        }
        contract.close();
        return count;
    }

    private static DynamicTest[] tests(Method group, BackendContract contract) throws ReflectiveOperationException {
        Stream<?> tests = (Stream<?>) group.invoke(contract);
        return Arrays.stream(tests.toArray()).map(DynamicTest.class::cast).toArray(DynamicTest[]::new);
    }
}
