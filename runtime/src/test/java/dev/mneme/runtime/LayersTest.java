package dev.mneme.runtime;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;

@AnalyzeClasses(packages = "dev.mneme.runtime", importOptions = DoNotIncludeTests.class)
final class LayersTest {
    @ArchTest
    static final ArchRule RUNTIME_KNOWS_CORE_API_ONLY = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("dev.mneme..")
                    .and(not(resideInAnyPackage(
                            "dev.mneme.runtime..",
                            "dev.mneme.backbone..",
                            "dev.mneme.config..",
                            "dev.mneme.error..",
                            "dev.mneme.memory..",
                            "dev.mneme.nn..",
                            "dev.mneme.stability..",
                            "dev.mneme.task..",
                            "dev.mneme.tensor.."))));

    @ArchTest
    static final ArchRule NO_ENGINE_LIBRARY_AND_NO_LOGGING_BINDING = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.bytedeco..", "org.nd4j..", "ai.djl..", "ch.qos.logback..");

    @ArchTest
    static final ArchRule GUICE_STAYS_IN_THE_WIRING = noClasses()
            .that()
            .resideOutsideOfPackages("dev.mneme.runtime", "dev.mneme.runtime.engine")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.google.inject..");

    @ArchTest
    static final ArchRule PF4J_STAYS_IN_THE_PLUGIN_HOST = noClasses()
            .that()
            .resideOutsideOfPackage("dev.mneme.runtime.plugin")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.pf4j..");

    @ArchTest
    static final ArchRule INJECTION_IS_BY_CONSTRUCTOR = GeneralCodingRules.NO_CLASSES_SHOULD_USE_FIELD_INJECTION;
}
