package dev.mneme.it;

import static com.tngtech.archunit.core.domain.JavaModifier.PROTECTED;
import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.properties.CanBeAnnotated;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import dev.mneme.stability.Beta;
import dev.mneme.stability.Internal;
import dev.mneme.stability.Stable;
import java.lang.annotation.Annotation;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What types say of themselves: {@link Stable}, {@link Beta} or {@link Internal}, and that others take them by their word. */
@AnalyzeClasses(packages = "dev.mneme", importOptions = ImportOption.DoNotIncludeTests.class)
final class StabilityTest {
    private static final List<Class<? extends Annotation>> PROMISES = List.of(Stable.class, Beta.class, Internal.class);

    /** Classes of the modules that others compile against. */
    private static final List<Class<?>> IN_MODULES =
            List.of(Stable.class, dev.mneme.tck.BackendContract.class, dev.mneme.runtime.Mneme.class);

    @ArchTest
    static void everyPublicTypeSaysWhatItPromises(JavaClasses classes) {
        Set<String> modules =
                IN_MODULES.stream().map(type -> module(classes.get(type))).collect(toCollection(TreeSet::new));
        assertThat(modules).hasSameSizeAs(IN_MODULES);
        List<JavaClass> types = classes.stream()
                .filter(type -> modules.contains(module(type)))
                .filter(type -> type.isTopLevelClass() && type.getModifiers().contains(PUBLIC))
                .toList();
        assertThat(types).hasSizeGreaterThan(100);
        assertThat(types.stream()
                        .filter(type -> promises(type) > 1 || (promises(type) == 0 && promises(type.getPackage()) != 1))
                        .map(JavaClass::getName))
                .as("public types that carry none or several of @Stable, @Beta, @Internal, as do their packages")
                .isEmpty();
    }

    @ArchTest
    static void noModuleUsesAnInternalOfAnother(JavaClasses classes) {
        Set<String> uses = classes.stream()
                .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                .filter(use -> isOurs(use.getTargetClass()) && isInternal(use.getTargetClass()))
                .filter(use -> !module(use.getOriginClass()).equals(module(use.getTargetClass())))
                .map(use -> use.getDescription())
                .collect(toCollection(TreeSet::new));
        assertThat(uses).isEmpty();
    }

    @ArchTest
    static void noModuleUsesAnInternalMemberOfAnother(JavaClasses classes) {
        Set<String> uses = classes.stream()
                .flatMap(type -> type.getAccessesFromSelf().stream())
                .filter(access -> isOurs(access.getTargetOwner()))
                .filter(access -> access.getTarget().resolveMember().stream()
                        .anyMatch(member -> member.isAnnotatedWith(Internal.class)))
                .filter(access -> !module(access.getOriginOwner()).equals(module(access.getTargetOwner())))
                .map(access -> access.getDescription())
                .collect(toCollection(TreeSet::new));
        assertThat(uses).isEmpty();
    }

    /** A promise about a method is worth no more than the types it takes and returns. */
    @ArchTest
    static void stableMembersNameStableTypesOnly(JavaClasses classes) {
        Set<String> unstable = classes.stream()
                .filter(type -> isStable(type) && type.getModifiers().contains(PUBLIC))
                .flatMap(type -> type.getMembers().stream())
                .filter(StabilityTest::isPromised)
                .flatMap(member -> named(member)
                        .filter(named -> isOurs(named) && !isStable(named))
                        .map(named -> member.getFullName() + " names " + named.getName()))
                .collect(toCollection(TreeSet::new));
        assertThat(unstable).isEmpty();
    }

    private static boolean isPromised(JavaMember member) {
        return (member.getModifiers().contains(PUBLIC) || member.getModifiers().contains(PROTECTED))
                && !member.isAnnotatedWith(Beta.class)
                && !member.isAnnotatedWith(Internal.class);
    }

    private static Stream<JavaClass> named(JavaMember member) {
        return member.getAllInvolvedRawTypes().stream().map(JavaClass::getBaseComponentType);
    }

    private static long promises(CanBeAnnotated element) {
        return PROMISES.stream().filter(element::isAnnotatedWith).count();
    }

    private static boolean isStable(JavaClass type) {
        return says(type, Stable.class);
    }

    private static boolean isInternal(JavaClass type) {
        return says(type, Internal.class) || type.getPackageName().matches(".*\\binternal\\b.*");
    }

    /** By itself, by the type it is nested in, or by its package: the nearest that says anything. */
    private static boolean says(JavaClass type, Class<? extends Annotation> promise) {
        if (promises(type) > 0) {
            return type.isAnnotatedWith(promise);
        }
        return type.getEnclosingClass()
                .map(enclosing -> says(enclosing, promise))
                .orElseGet(() -> type.getPackage().isAnnotatedWith(promise));
    }

    private static boolean isOurs(JavaClass type) {
        return type.getPackageName().startsWith("dev.mneme.")
                && type.getSource().isPresent();
    }

    /** The jar or folder that holds the class. */
    private static String module(JavaClass type) {
        String uri = type.getSource().orElseThrow().getUri().toString();
        return uri.substring(0, uri.length() - (type.getName() + ".class").length());
    }
}
