package dev.mneme.tck.memory;

import dev.mneme.config.Setting;
import dev.mneme.config.SettingDescription;
import dev.mneme.config.Settings;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.memory.MemoryDescription;
import dev.mneme.memory.MemoryProvider;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/** The entry point and the record of its keys. */
final class ConfigurationChecks {
    private static final String SECTION = "memory";
    private static final int LONGEST_NAME = 64;

    private ConfigurationChecks() {}

    static void provider(MemoryProvider<?> provider) {
        String name = provider.name();
        if (!name.matches("[a-z0-9]+(-[a-z0-9]+)*") || name.length() > LONGEST_NAME) {
            throw new AssertionError(
                    "name '" + name + "': expected lower case letters, digits and single hyphens, at most "
                            + LONGEST_NAME + " characters");
        }
        MemoryDescription description = provider.description();
        requireLine("title", description.title());
        requireLine("citation", description.citation());
        requireLine("summary", description.summary());
        requireConstructor(provider.getClass());
        ServiceLoader<?> services = ServiceLoader.load(MemoryProvider.class);
        List<String> listed = services.stream()
                .map(found -> ((MemoryProvider<?>) found.get()).name())
                .toList();
        if (!listed.contains(name)) {
            throw new AssertionError("ServiceLoader finds " + listed + " and not '" + name
                    + "': list the class in META-INF/services/" + MemoryProvider.class.getName());
        }
    }

    private static void requireLine(String what, String text) {
        if (text.isBlank() || text.contains("\n")) {
            throw new AssertionError("description, " + what + ": expected one line of text, got '" + text + "'");
        }
    }

    private static void requireConstructor(Class<?> type) {
        boolean hasConstructor =
                Arrays.stream(type.getConstructors()).anyMatch(constructor -> constructor.getParameterCount() == 0);
        if (!Modifier.isPublic(type.getModifiers()) || !hasConstructor) {
            throw new AssertionError(
                    type.getName() + " is no public class with a public constructor without arguments");
        }
    }

    static <C extends Record> void configuration(Class<C> type) {
        roundTrip(Settings.defaults(type));
        List<SettingDescription> descriptions = Settings.describe(type);
        RecordComponent[] components = type.getRecordComponents();
        for (int i = 0; i < components.length; i++) {
            SettingDescription described = descriptions.get(i);
            requireLine("key " + described.key(), described.summary());
            Setting setting = components[i].getAnnotation(Setting.class);
            if (described.type().equals("integer") || described.type().equals("number")) {
                bounds(type, described, setting);
            }
        }
    }

    /** Keys and values of a configuration, bound again, give the same one. */
    static <C extends Record> void roundTrip(C config) {
        C bound = Settings.bind(SECTION, config, Settings.toMap(config));
        if (!bound.equals(config)) {
            throw new AssertionError("the keys and values of " + config + " bind to " + bound);
        }
    }

    private static void bounds(Class<? extends Record> type, SettingDescription described, Setting setting) {
        String key = described.key();
        boolean integer = described.type().equals("integer");
        if (setting.min() > setting.max()) {
            throw new AssertionError("key " + key + ": min " + setting.min() + " is above max " + setting.max());
        }
        if (Double.isFinite(setting.min())) {
            requireRefused(type, key, text(setting.min() - 1, integer));
            requireAnswer(type, key, text(setting.min(), integer));
        }
        if (Double.isFinite(setting.max())) {
            requireRefused(type, key, text(setting.max() + 1, integer));
            requireAnswer(type, key, text(setting.max(), integer));
        }
        requireRefused(type, key, "many");
    }

    private static String text(double value, boolean integer) {
        return integer ? Long.toString((long) value) : Double.toString(value);
    }

    private static void requireRefused(Class<? extends Record> type, String key, String value) {
        String answer = answer(type, key, value);
        if (!answer.contains(SECTION + "." + key)) {
            throw new AssertionError("key " + key + "=" + value + ": expected a refusal naming " + SECTION + "." + key
                    + ", got " + (answer.isEmpty() ? "none" : "'" + answer + "'"));
        }
    }

    /** A value at a bound is taken, or refused for what it does not go together with: nothing else may happen. */
    private static void requireAnswer(Class<? extends Record> type, String key, String value) {
        try {
            answer(type, key, value);
        } catch (RuntimeException e) {
            throw new AssertionError(
                    "key " + key + "=" + value + ", a value in range: expected a record or an"
                            + " IllegalArgumentException of its constructor, got " + e,
                    e);
        }
    }

    /** The message of the refusal; empty when there is none. */
    private static String answer(Class<? extends Record> type, String key, String value) {
        try {
            Settings.bind(SECTION, type, new LinkedHashMap<>(Map.of(key, value)));
            return "";
        } catch (MnemeException e) {
            if (e.code() != ErrorCode.CONFIG_INVALID) {
                throw e;
            }
            return e.getMessage();
        }
    }
}
