package dev.mneme.tck.api;

import dev.mneme.stability.Beta;
import dev.mneme.stability.Internal;
import dev.mneme.stability.Stable;
import java.nio.file.Path;
import javassist.ClassPool;
import javassist.CtBehavior;
import javassist.CtClass;
import javassist.CtField;
import javassist.NotFoundException;

/** What the types of a jar promise: an annotation counts for members and nested types, and before that of the package. */
final class Promises {
    private final ClassPool types = new ClassPool();

    Promises(Path jar) throws NotFoundException {
        types.appendClassPath(jar.toString());
    }

    boolean has(String type) {
        return types.getOrNull(type) != null;
    }

    boolean isStable(String type) {
        CtClass outermost = types.getOrNull(type);
        while (outermost != null) {
            if (outermost.hasAnnotation(Beta.class) || outermost.hasAnnotation(Internal.class)) {
                return false;
            }
            if (outermost.hasAnnotation(Stable.class)) {
                return true;
            }
            int dollar = outermost.getName().lastIndexOf('$');
            if (dollar < 0) {
                CtClass page = types.getOrNull(outermost.getPackageName() + ".package-info");
                return page != null && page.hasAnnotation(Stable.class);
            }
            outermost = types.getOrNull(outermost.getName().substring(0, dollar));
        }
        return false;
    }

    /** A member may promise less than its type. */
    static boolean keeps(CtBehavior member) {
        return !member.hasAnnotation(Beta.class) && !member.hasAnnotation(Internal.class);
    }

    static boolean keeps(CtField member) {
        return !member.hasAnnotation(Beta.class) && !member.hasAnnotation(Internal.class);
    }
}
