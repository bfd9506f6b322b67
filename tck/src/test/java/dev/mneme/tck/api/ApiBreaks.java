package dev.mneme.tck.api;

import japicmp.cmp.JApiCmpArchive;
import japicmp.cmp.JarArchiveComparator;
import japicmp.cmp.JarArchiveComparatorOptions;
import japicmp.model.AccessModifier;
import japicmp.model.JApiBehavior;
import japicmp.model.JApiClass;
import japicmp.model.JApiCompatibility;
import japicmp.model.JApiCompatibilityChange;
import japicmp.model.JApiConstructor;
import japicmp.model.JApiField;
import japicmp.model.JApiMethod;
import japicmp.model.JApiParameter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javassist.NotFoundException;

/** What callers and implementers of stable types lose between two versions of a jar. */
final class ApiBreaks {
    private final Promises before;
    private final Promises after;
    private final Set<String> breaks = new TreeSet<>();

    private ApiBreaks(Path before, Path after) throws NotFoundException {
        this.before = new Promises(before);
        this.after = new Promises(after);
    }

    /**
     * Compares jars.
     *
     * @return a line for each break, sorted: the type or member, and what happened to it
     */
    static List<String> between(Path before, Path after) throws NotFoundException {
        ApiBreaks breaks = new ApiBreaks(before, after);
        JarArchiveComparatorOptions options = new JarArchiveComparatorOptions();
        options.setAccessModifier(AccessModifier.PROTECTED);
        options.getIgnoreMissingClasses().setIgnoreAllMissingClasses(true);
        new JarArchiveComparator(options)
                .compare(new JApiCmpArchive(before.toFile(), "before"), new JApiCmpArchive(after.toFile(), "after"))
                .forEach(breaks::look);
        return List.copyOf(breaks.breaks);
    }

    private void look(JApiClass type) {
        String name = type.getFullyQualifiedName();
        if (!before.isStable(name)) {
            return;
        }
        if (after.has(name) && !after.isStable(name)) {
            breaks.add(name + ": no longer @Stable");
            return;
        }
        note(name, type);
        note(name, type.getSuperclass());
        type.getInterfaces().forEach(implemented -> note(name, implemented));
        for (JApiMethod method : type.getMethods()) {
            if (method.getOldMethod().map(Promises::keeps).orElse(true)) {
                note(name + "." + method.getName() + parameters(method), method);
            }
        }
        for (JApiConstructor constructor : type.getConstructors()) {
            if (constructor.getOldConstructor().map(Promises::keeps).orElse(true)) {
                note(name + parameters(constructor), constructor);
            }
        }
        for (JApiField field : type.getFields()) {
            if (field.getOldFieldOptional().map(Promises::keeps).orElse(true)) {
                note(name + "." + field.getName(), field);
            }
        }
    }

    private void note(String element, JApiCompatibility compared) {
        for (JApiCompatibilityChange change : compared.getCompatibilityChanges()) {
            if (!change.isBinaryCompatible() || !change.isSourceCompatible()) {
                breaks.add(element + ": "
                        + change.getType().name().toLowerCase(Locale.ROOT).replace('_', ' '));
            }
        }
    }

    private static String parameters(JApiBehavior member) {
        return member.getParameters().stream()
                .map(JApiParameter::getType)
                .map(type -> type.substring(type.lastIndexOf('.') + 1))
                .collect(Collectors.joining(", ", "(", ")"));
    }
}
