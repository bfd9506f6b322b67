package dev.mneme.runtime.engine;

import com.google.inject.AbstractModule;
import com.google.inject.Binding;
import com.google.inject.CreationException;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Key;
import com.google.inject.Module;
import com.google.inject.ProvisionException;
import com.google.inject.Stage;
import com.google.inject.TypeLiteral;
import com.google.inject.spi.Element;
import com.google.inject.spi.Elements;
import com.google.inject.spi.Message;
import dev.mneme.runtime.internal.Services;
import dev.mneme.tensor.EngineProvider;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The engines that Guice modules on the class path offer. Every module gets an injector of its own, so that one that is
 * broken costs its own engines only.
 *
 * @param providers in the order found
 * @param failures one per module that did not work
 */
public record EngineModules(List<EngineProvider> providers, List<Failure> failures) {
    private static final Key<Set<EngineProvider>> ENGINES = Key.get(new TypeLiteral<>() {});

    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,64}");

    /**
     * A module that did not work.
     *
     * @param module its class, or the services file's complaint where no class came that far
     * @param reason what went wrong
     */
    public record Failure(String module, String reason) {}

    public EngineModules {
        providers = List.copyOf(providers);
        failures = List.copyOf(failures);
    }

    /** Finds the modules that the loader sees; modules that bind no engine are left alone. */
    public static EngineModules load(ClassLoader loader) {
        List<EngineProvider> providers = new ArrayList<>();
        List<Failure> failures = new ArrayList<>();
        Services.forEach(
                Module.class,
                loader,
                module -> addEngines(module, providers, failures),
                failure -> failures.add(new Failure("an engine module on the class path", Services.describe(failure))));
        return new EngineModules(providers, failures);
    }

    private static void addEngines(Module module, List<EngineProvider> providers, List<Failure> failures) {
        String name = module.getClass().getName();
        try {
            List<Element> elements = Elements.getElements(Stage.PRODUCTION, module);
            List<String> errors = elements.stream()
                    .filter(Message.class::isInstance)
                    .map(element -> describe((Message) element))
                    .toList();
            if (!errors.isEmpty()) {
                failures.add(new Failure(name, String.join("; ", errors)));
            } else if (bindsEngines(elements)) {
                Injector injector =
                        Guice.createInjector(Stage.PRODUCTION, new ExplicitBindings(), Elements.getModule(elements));
                Set<EngineProvider> offered = injector.getInstance(ENGINES);
                offered.forEach(EngineModules::checkName);
                providers.addAll(offered);
            }
        } catch (CreationException e) {
            failures.add(new Failure(name, describe(e.getErrorMessages())));
        } catch (ProvisionException e) {
            failures.add(new Failure(name, describe(e.getErrorMessages())));
        } catch (LinkageError | RuntimeException e) {
            failures.add(new Failure(name, Services.describe(e)));
        }
    }

    private static boolean bindsEngines(List<Element> elements) {
        return elements.stream()
                .anyMatch(element -> element instanceof Binding<?> binding
                        && binding.getKey().equals(ENGINES));
    }

    private static void checkName(EngineProvider provider) {
        if (!NAME.matcher(provider.name()).matches()) {
            throw new IllegalArgumentException(provider.getClass().getName() + " is called '" + provider.name()
                    + "'; a name has lower-case letters, digits and hyphens");
        }
    }

    private static String describe(Collection<Message> messages) {
        return String.join("; ", messages.stream().map(EngineModules::describe).toList());
    }

    private static String describe(Message message) {
        return message.getCause() == null ? message.getMessage() : Services.describe(message.getCause());
    }

    private static final class ExplicitBindings extends AbstractModule {
        @Override
        protected void configure() {
            binder().requireExplicitBindings();
            binder().disableCircularProxies();
        }
    }
}
