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
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.function.UnaryOperator;

/** The entry point and the record of its keys. */
final class ConfigurationChecks {
    private static final String SECTION = "memory";
    private static final int LONGEST_NAME = 64;

    /** The key that chooses the mechanism. */
    private static final String TAKEN = "name";

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
        List<SettingDescription> descriptions = Settings.describe(type);
        RecordComponent[] components = type.getRecordComponents();
        for (int i = 0; i < components.length; i++) {
            Setting setting = components[i].getAnnotation(Setting.class);
            if (setting.min() > setting.max()) {
                throw new AssertionError("key " + descriptions.get(i).key() + ": min " + setting.min()
                        + " is above max " + setting.max());
            }
        }
        roundTrip(Settings.defaults(type));
        for (int i = 0; i < components.length; i++) {
            SettingDescription described = descriptions.get(i);
            requireLine("key " + described.key(), described.summary());
            if (described.key().equals(TAKEN)) {
                throw new AssertionError("key " + TAKEN + ": " + SECTION + "." + TAKEN
                        + " is what chooses the mechanism; call the record's component something else");
            }
            Setting setting = components[i].getAnnotation(Setting.class);
            if (described.type().equals("integer") || described.type().equals("number")) {
                bounds(type, described, setting);
            }
            mistyped(described.key(), typo -> answer(type, typo, "1"));
        }
    }

    /**
     * A key with its last letter twice must be refused with the right one.
     *
     * @param answer the message of the refusal of a key; empty when there is none
     */
    static void mistyped(String key, UnaryOperator<String> answer) {
        String typo = key + key.charAt(key.length() - 1);
        String seen = answer.apply(typo);
        if (!seen.contains(SECTION + "." + typo) || !seen.contains("did you mean '" + key + "'")) {
            throw new AssertionError("key " + typo + ": expected a refusal that proposes " + key + ", got "
                    + (seen.isEmpty() ? "none" : "'" + seen + "'"));
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
        if (Double.isFinite(setting.min())) {
            requireRefused(type, described, text(setting.min() - 1, integer));
            requireTaken(type, described, text(setting.min(), integer));
        }
        if (Double.isFinite(setting.max())) {
            requireRefused(type, described, text(setting.max() + 1, integer));
            requireTaken(type, described, text(setting.max(), integer));
        }
        requireRefused(type, described, "many");
    }

    private static String text(double value, boolean integer) {
        return integer ? Long.toString((long) value) : Double.toString(value);
    }

    private static void requireRefused(Class<? extends Record> type, SettingDescription described, String value) {
        String key = described.key();
        String answer = answer(type, key, value);
        boolean named =
                answer.contains(SECTION + "." + key) && answer.contains(value) && answer.contains(described.range());
        if (!named) {
            throw new AssertionError("key " + key + "=" + value + ": expected a refusal naming " + SECTION + "." + key
                    + ", " + value + " and " + described.range() + ", got "
                    + (answer.isEmpty() ? "none" : "'" + answer + "'"));
        }
    }

    /** A value at a bound is kept, or refused for what it does not go together with: nothing else may happen. */
    private static void requireTaken(Class<? extends Record> type, SettingDescription described, String value) {
        String key = described.key();
        String what = "key " + key + "=" + value + ", a value in range: ";
        Record bound;
        try {
            bound = Settings.bind(SECTION, type, Map.of(key, value));
        } catch (MnemeException e) {
            requireTogether(e, described, what, value);
            return;
        } catch (RuntimeException e) {
            throw new AssertionError(
                    what + "expected a record or an IllegalArgumentException of its constructor, got " + e, e);
        }
        Object kept = Settings.toMap(bound).get(key);
        if (!(kept instanceof Number number) || number.doubleValue() != Double.parseDouble(value)) {
            throw new AssertionError(what + "the record turns it into " + kept + " without a word");
        }
    }

    /** The constructor may refuse what does not go together, not what the range allows. */
    private static void requireTogether(
            MnemeException refusal, SettingDescription described, String what, String value) {
        String message = String.valueOf(refusal.getMessage());
        boolean ofRange = message.contains(SECTION + "." + described.key() + ": ");
        if (refusal.code() != ErrorCode.CONFIG_INVALID || ofRange || !message.contains(described.key())) {
            throw new AssertionError(
                    what + "expected a record, or a refusal by its constructor that names " + described.key()
                            + " and what " + value + " does not go together with, got '" + message + "'",
                    refusal);
        }
    }

    /** The message of the refusal; empty when there is none. */
    private static String answer(Class<? extends Record> type, String key, String value) {
        try {
            Settings.bind(SECTION, type, Map.of(key, value));
            return "";
        } catch (MnemeException e) {
            if (e.code() != ErrorCode.CONFIG_INVALID) {
                throw e;
            }
            return String.valueOf(e.getMessage());
        }
    }
}
