package dev.mneme.tck.api;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javassist.bytecode.AccessFlag;
import javassist.bytecode.AttributeInfo;
import javassist.bytecode.ClassFile;
import javassist.bytecode.EnclosingMethodAttribute;

/**
 * A jar of classes reduced to what callers see: no code, no private and package-private members, no debugging
 * information. The same classes make the same bytes.
 */
final class Declarations {
    /** Of a class file, what a caller's compiler reads. */
    private static final Set<String> KEPT = Set.of(
            "AnnotationDefault",
            "ConstantValue",
            "Deprecated",
            "Exceptions",
            "InnerClasses",
            "PermittedSubclasses",
            "Record",
            "RuntimeVisibleAnnotations",
            "Signature");

    private static final LocalDateTime TIME = LocalDateTime.of(2000, 1, 1, 0, 0);

    private Declarations() {}

    /**
     * Writes the declarations of compiled classes.
     *
     * @param classes a jar, or the folder that becomes one
     * @param target replaced as a whole
     */
    static void write(Path classes, Path target) throws IOException {
        Map<String, ClassFile> found = new TreeMap<>();
        if (Files.isDirectory(classes)) {
            read(classes, found);
        } else {
            try (FileSystem jar = FileSystems.newFileSystem(classes)) {
                read(jar.getPath("/"), found);
            }
        }
        Files.createDirectories(target.toAbsolutePath().getParent());
        Path temporary = target.resolveSibling(target.getFileName() + ".part");
        try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(temporary));
                JarOutputStream jar = new JarOutputStream(file)) {
            for (Map.Entry<String, ClassFile> entry : found.entrySet()) {
                JarEntry named = new JarEntry(entry.getKey());
                named.setTimeLocal(TIME);
                jar.putNextEntry(named);
                entry.getValue().write(new DataOutputStream(jar));
                jar.closeEntry();
            }
        }
        Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void read(Path root, Map<String, ClassFile> found) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(root)) {
            files = walk.filter(file -> file.toString().endsWith(".class")).toList();
        }
        for (Path file : files) {
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
                ClassFile read = new ClassFile(new DataInputStream(in));
                if (read.getAttribute(EnclosingMethodAttribute.tag) == null) {
                    reduce(read);
                    found.put(root.relativize(file).toString().replace('\\', '/'), read);
                }
            }
        }
    }

    private static void reduce(ClassFile file) {
        file.getMethods().removeIf(method -> !isVisible(method.getAccessFlags()) || method.isStaticInitializer());
        file.getFields().removeIf(field -> !isVisible(field.getAccessFlags()));
        file.getMethods().forEach(method -> reduce(method.getAttributes()));
        file.getFields().forEach(field -> reduce(field.getAttributes()));
        reduce(file.getAttributes());
        file.compact();
    }

    private static void reduce(List<AttributeInfo> attributes) {
        attributes.removeIf(attribute -> !KEPT.contains(attribute.getName()));
    }

    private static boolean isVisible(int flags) {
        return AccessFlag.isPublic(flags) || AccessFlag.isProtected(flags);
    }
}
