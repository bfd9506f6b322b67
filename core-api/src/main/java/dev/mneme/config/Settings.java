package dev.mneme.config;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.error.NearestName;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Turns keys and values into configuration records and back. A configuration record has {@link Setting} on every
 * component (int, long, double, boolean, String or an enum) and a static method {@code defaults()}; further conditions
 * between components stand in its compact constructor, which throws {@link IllegalArgumentException}.
 */
public final class Settings {
    private Settings() {}

    /** The record's own defaults. */
    public static <C extends Record> C defaults(Class<C> type) {
        try {
            var method = type.getDeclaredMethod("defaults");
            method.setAccessible(true);
            return type.cast(method.invoke(null));
        } catch (ReflectiveOperationException e) {
            throw new MnemeException(
                    ErrorCode.PLUGIN_MISBEHAVED,
                    "configuration record " + type.getName() + " needs a static method defaults() without arguments",
                    e);
        }
    }

    /**
     * The defaults with these values in place.
     *
     * @param section prefix of the keys in messages, such as {@code memory}
     * @param values by key; numbers, booleans, or text that can be read as such
     * @throws MnemeException ({@link ErrorCode#CONFIG_INVALID}) listing every unknown key and every value that is of
     *     the wrong type or out of range
     */
    public static <C extends Record> C bind(String section, Class<C> type, Map<String, ?> values) {
        return bind(section, defaults(type), values);
    }

    /** As {@link #bind(String, Class, Map)}, from another base than the defaults. */
    @SuppressWarnings("unchecked") // getClass() of a C is a Class<? extends C>
    public static <C extends Record> C bind(String section, C base, Map<String, ?> values) {
        Class<C> type = (Class<C>) base.getClass();
        RecordComponent[] components = type.getRecordComponents();
        List<String> keys = Arrays.stream(components).map(Settings::key).toList();
        List<String> problems = new ArrayList<>();
        for (String given : values.keySet()) {
            if (!keys.contains(given)) {
                problems.add(section + "." + given + ": no such key; " + NearestName.hint(given, keys));
            }
        }
        @Nullable Object[] arguments = new @Nullable Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String key = keys.get(i);
            Object value = values.get(key);
            try {
                arguments[i] = value == null ? get(components[i], base) : convert(components[i], value);
            } catch (IllegalArgumentException e) {
                problems.add(section + "." + key + ": " + e.getMessage());
            }
        }
        if (problems.isEmpty()) {
            try {
                return construct(type, components, arguments);
            } catch (IllegalArgumentException e) {
                problems.add(section + ": " + e.getMessage());
            }
        }
        throw invalid(problems);
    }

    /** All problems of a configuration in one numbered message. */
    public static MnemeException invalid(List<String> problems) {
        return new ConfigurationProblems(problems);
    }

    /** Every component by key, enums in lower case: what {@link #bind} reads back. */
    public static Map<String, Object> toMap(Record settings) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (RecordComponent component : settings.getClass().getRecordComponents()) {
            Object value = get(component, settings);
            values.put(key(component), value instanceof Enum<?> choice ? choiceName(choice) : value);
        }
        return values;
    }

    /** The keys of a record with ranges and defaults, in the order of declaration. */
    public static List<SettingDescription> describe(Class<? extends Record> type) {
        Record defaults = defaults(type);
        Map<String, Object> values = toMap(defaults);
        return Arrays.stream(type.getRecordComponents())
                .map(component -> {
                    Setting setting = setting(component);
                    String key = key(component);
                    return new SettingDescription(
                            key,
                            typeName(component.getType()),
                            range(component),
                            String.valueOf(values.get(key)),
                            setting.value(),
                            setting.paper());
                })
                .toList();
    }

    private static Object get(RecordComponent component, Record record) {
        try {
            var accessor = component.getAccessor();
            accessor.setAccessible(true);
            return accessor.invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new MnemeException(ErrorCode.PLUGIN_MISBEHAVED, "cannot read " + component, e);
        }
    }

    private static <C extends Record> C construct(
            Class<C> type, RecordComponent[] components, @Nullable Object[] arguments) {
        try {
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            var constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new MnemeException(ErrorCode.PLUGIN_MISBEHAVED, "cannot build " + type.getName(), e);
        } catch (ReflectiveOperationException e) {
            throw new MnemeException(ErrorCode.PLUGIN_MISBEHAVED, "cannot build " + type.getName(), e);
        }
    }

    private static Object convert(RecordComponent component, Object value) {
        Class<?> type = component.getType();
        String text = value.toString().trim();
        if (type == boolean.class) {
            if (text.equals("true") || text.equals("false")) {
                return Boolean.valueOf(text);
            }
            throw new IllegalArgumentException("expected true or false, got '" + text + "'");
        }
        if (type == int.class || type == long.class || type == double.class) {
            return number(component, type, text);
        }
        if (type.isEnum()) {
            return choice(type, text);
        }
        return text;
    }

    private static Object number(RecordComponent component, Class<?> type, String text) {
        boolean integer = type != double.class;
        double number;
        try {
            number = integer ? Long.parseLong(text.replace("_", "")) : Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("expected " + (integer ? "an integer" : "a number")
                    + describedRange(component) + ", got '" + text + "'");
        }
        Setting setting = setting(component);
        if (!(number >= setting.min() && number <= setting.max())) {
            throw new IllegalArgumentException("expected a value" + describedRange(component) + ", got " + text);
        }
        if (type == int.class) {
            if (number > Integer.MAX_VALUE || number < Integer.MIN_VALUE) {
                throw new IllegalArgumentException("expected a value below 2^31, got " + text);
            }
            return (int) number;
        }
        return integer ? (Object) Long.parseLong(text.replace("_", "")) : (Object) number;
    }

    private static Enum<?> choice(Class<?> type, String text) {
        for (Object constant : type.getEnumConstants()) {
            if (choiceName((Enum<?>) constant)
                    .equals(text.toLowerCase(Locale.ROOT).replace('_', '-'))) {
                return (Enum<?>) constant;
            }
        }
        throw new IllegalArgumentException("'" + text + "' is not a choice; " + NearestName.hint(text, choices(type)));
    }

    private static List<String> choices(Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(constant -> choiceName((Enum<?>) constant))
                .toList();
    }

    private static String choiceName(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String typeName(Class<?> type) {
        if (type.isEnum()) {
            return choices(type).stream().collect(Collectors.joining(" | "));
        }
        if (type == boolean.class) {
            return "true/false";
        }
        if (type == double.class) {
            return "number";
        }
        return type == int.class || type == long.class ? "integer" : "text";
    }

    private static String describedRange(RecordComponent component) {
        String range = range(component);
        return range.isEmpty() ? "" : " in " + range;
    }

    private static String range(RecordComponent component) {
        Setting setting = setting(component);
        boolean bounded = setting.min() != Double.NEGATIVE_INFINITY || setting.max() != Double.POSITIVE_INFINITY;
        return bounded ? bound(setting.min()) + ".." + bound(setting.max()) : "";
    }

    private static String bound(double value) {
        if (Double.isInfinite(value)) {
            return "";
        }
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    private static Setting setting(RecordComponent component) {
        Setting setting = component.getAnnotation(Setting.class);
        if (setting == null) {
            throw new MnemeException(
                    ErrorCode.PLUGIN_MISBEHAVED,
                    "component " + component.getName() + " of "
                            + component.getDeclaringRecord().getName() + " needs @Setting");
        }
        return setting;
    }

    private static String key(RecordComponent component) {
        return component.getName().replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }
}
