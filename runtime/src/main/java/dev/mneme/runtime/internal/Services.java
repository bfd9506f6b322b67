package dev.mneme.runtime.internal;

import java.util.Iterator;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** {@link ServiceLoader} that goes on after a provider that does not load. */
public final class Services {
    private Services() {}

    /**
     * Makes every provider of a service that the loader sees.
     *
     * @param failed gets what is thrown by a provider that does not load, or by a services file that cannot be read
     */
    public static <S> void forEach(
            Class<S> service, ClassLoader loader, Consumer<? super S> found, Consumer<? super Throwable> failed) {
        Iterator<S> providers = ServiceLoader.load(service, loader).iterator();
        String previous = null;
        while (true) {
            S provider;
            try {
                if (!providers.hasNext()) {
                    return;
                }
                provider = providers.next();
            } catch (ServiceConfigurationError | LinkageError e) {
                // A failure that comes back unchanged means that the iterator is stuck, not that two providers fail.
                if (isRepeated(e, previous)) {
                    return;
                }
                previous = String.valueOf(e.getMessage());
                failed.accept(e);
                continue;
            }
            found.accept(provider);
        }
    }

    /** The failure and what caused it, innermost last, as one line. */
    public static String describe(Throwable failure) {
        StringBuilder text = new StringBuilder(sentence(failure));
        Throwable cause = failure.getCause();
        while (cause != null) {
            if (text.indexOf(sentence(cause)) < 0) {
                text.append(": ").append(sentence(cause));
            }
            cause = cause.getCause();
        }
        return text.toString();
    }

    private static boolean isRepeated(Throwable failure, @Nullable String previous) {
        return Objects.equals(String.valueOf(failure.getMessage()), previous);
    }

    private static String sentence(Throwable failure) {
        // Its own name says nothing that its message does not.
        if (failure instanceof ServiceConfigurationError && failure.getMessage() != null) {
            return failure.getMessage();
        }
        String name = failure.getClass().getSimpleName();
        return failure.getMessage() == null ? name : name + ": " + failure.getMessage();
    }
}
