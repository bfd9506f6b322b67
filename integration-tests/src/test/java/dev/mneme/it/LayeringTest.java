package dev.mneme.it;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;
import java.util.stream.Stream;

/** Dependencies point one way: plugins, engines, tasks and the runtime see core-api and never each other. */
@AnalyzeClasses(packages = "dev.mneme", importOptions = ImportOption.DoNotIncludeTests.class)
final class LayeringTest {
    private static final String[] CORE = {
        "dev.mneme.tensor..",
        "dev.mneme.nn..",
        "dev.mneme.memory..",
        "dev.mneme.backbone..",
        "dev.mneme.task..",
        "dev.mneme.config..",
        "dev.mneme.error..",
        "dev.mneme.stability.."
    };
    private static final String[] PLUGINS = {
        "dev.mneme.memorytransformer..",
        "dev.mneme.memformer..",
        "dev.mneme.recurrentmemory..",
        "dev.mneme.transformerxl..",
        "dev.mneme.compressive..",
        "dev.mneme.infiniteformer.."
    };
    private static final String ENGINES = "dev.mneme.backend..";
    private static final String RUNTIME = "dev.mneme.runtime..";
    private static final String TASKS = "dev.mneme.tasks..";
    private static final String CLI = "dev.mneme.cli..";

    @ArchTest
    static final ArchRule coreDependsOnNothingOfOurs = noClasses()
            .that()
            .resideInAnyPackage(CORE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(with(PLUGINS, ENGINES, RUNTIME, TASKS, CLI, "dev.mneme.tck.."));

    @ArchTest
    static final ArchRule coreNeedsNeitherContainerNorEngine = noClasses()
            .that()
            .resideInAnyPackage(CORE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.google.inject..", "ch.qos.logback..", "org.bytedeco..", "org.nd4j..");

    @ArchTest
    static final ArchRule pluginsSeeOnlyCore = noClasses()
            .that()
            .resideInAnyPackage(PLUGINS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ENGINES, RUNTIME, TASKS, CLI, "com.google.inject..", "org.bytedeco..", "org.nd4j..");

    @ArchTest
    static final ArchRule enginesSeeOnlyCore = noClasses()
            .that()
            .resideInAPackage(ENGINES)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(with(PLUGINS, RUNTIME, TASKS, CLI));

    @ArchTest
    static final ArchRule enginesDoNotSeeEachOther = noClasses()
            .that()
            .resideInAPackage("dev.mneme.backend.nd4j..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.mneme.backend.libtorch..", "dev.mneme.backend.cuda..");

    @ArchTest
    static final ArchRule theEngineDoesNotSeeItsBindingToCuda = noClasses()
            .that()
            .resideInAPackage("dev.mneme.backend.libtorch..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.mneme.backend.cuda..", "org.bytedeco.cuda..", "org.bytedeco.pytorch.cuda..");

    @ArchTest
    static final ArchRule runtimeSeesNeitherEnginesNorPluginsNorTasks = noClasses()
            .that()
            .resideInAPackage(RUNTIME)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(with(PLUGINS, ENGINES, TASKS, CLI, "ch.qos.logback.."));

    @ArchTest
    static final ArchRule tasksSeeOnlyCore = noClasses()
            .that()
            .resideInAPackage(TASKS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(with(PLUGINS, ENGINES, RUNTIME, CLI));

    @ArchTest
    static final ArchRule nativeTypesStayInEngines = noClasses()
            .that()
            .resideOutsideOfPackage(ENGINES)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.bytedeco..", "org.nd4j..");

    @ArchTest
    static final ArchRule theCommandLineNamesNoPluginAndNoEngine = noClasses()
            .that()
            .resideInAPackage(CLI)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(with(PLUGINS, ENGINES));

    @ArchTest
    static void pluginsDoNotSeeEachOther(JavaClasses classes) {
        for (String plugin : PLUGINS) {
            String[] others = Arrays.stream(PLUGINS)
                    .filter(other -> !other.equals(plugin))
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage(plugin)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(others)
                    .check(classes);
        }
    }

    private static String[] with(String[] packages, String... more) {
        return Stream.concat(Arrays.stream(packages), Arrays.stream(more)).toArray(String[]::new);
    }
}
