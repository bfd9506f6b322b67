package dev.mneme.tck.memory;

import dev.mneme.config.Setting;
import dev.mneme.config.SettingDescription;
import dev.mneme.config.Settings;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.memory.Mechanism;
import dev.mneme.memory.MemoryState;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Mechanisms at the ends of what their keys allow, one key moved at a time. Largest integers are left out: they say how
 * large a mechanism may be, and it would be that large.
 */
final class BoundChecks {
    private static final int SEGMENTS = 2;

    private BoundChecks() {}

    static void bounds(Subject<?> subject, TensorBackend backend) {
        for (Map.Entry<String, String> change : changes(subject.tried().config())) {
            run(subject, change.getKey(), change.getValue(), backend);
        }
    }

    /** Keys with the values to try. */
    private static List<Map.Entry<String, String>> changes(Record config) {
        Map<String, Object> values = Settings.toMap(config);
        List<SettingDescription> descriptions = Settings.describe(config.getClass());
        RecordComponent[] components = config.getClass().getRecordComponents();
        List<Map.Entry<String, String>> changes = new ArrayList<>();
        for (int i = 0; i < components.length; i++) {
            String key = descriptions.get(i).key();
            String current = String.valueOf(values.get(key));
            for (String value : ends(components[i])) {
                if (!value.equals(current)) {
                    changes.add(Map.entry(key, value));
                }
            }
        }
        return changes;
    }

    private static List<String> ends(RecordComponent component) {
        Class<?> type = component.getType();
        Setting setting = component.getAnnotation(Setting.class);
        List<String> values = new ArrayList<>();
        if (type == boolean.class) {
            values.addAll(List.of("true", "false"));
        } else if (type.isEnum()) {
            for (Object choice : type.getEnumConstants()) {
                values.add(((Enum<?>) choice).name());
            }
        } else if (type == double.class) {
            addFinite(values, setting.min(), Double.toString(setting.min()));
            addFinite(values, setting.max(), Double.toString(setting.max()));
        } else if (type == int.class || type == long.class) {
            addFinite(values, setting.min(), Long.toString((long) setting.min()));
        }
        return values;
    }

    private static void addFinite(List<String> values, double bound, String text) {
        if (Double.isFinite(bound)) {
            values.add(text);
        }
    }

    private static <C extends Record> void run(Subject<C> subject, String key, String value, TensorBackend backend) {
        String what = "memory." + key + "=" + value;
        Mechanism mechanism;
        C config;
        try {
            Map<String, Object> values =
                    new LinkedHashMap<>(Settings.toMap(subject.tried().config()));
            values.put(key, value);
            config = Settings.bind("memory", subject.tried().config(), values);
            mechanism = subject.with(config).create(backend, Subject.SEED);
        } catch (MnemeException e) {
            requireNamed(e, key, value, what);
            return;
        } catch (RuntimeException e) {
            throw new AssertionError(
                    what + ": expected a mechanism or a refusal with " + ErrorCode.CONFIG_INVALID + ", got " + e, e);
        }
        try (TestModel model = new TestModel(subject.with(config), backend, mechanism);
                GradientMode off = backend.noGradient();
                TensorScope scope = backend.scope()) {
            run(model);
        } catch (AssertionError | MnemeException e) {
            throw new AssertionError(what + ": it is built and does not run: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            throw new AssertionError(what + ": it is built and does not run: " + e, e);
        }
    }

    private static void run(TestModel model) {
        MemoryState state = model.initialState(TestSegments.ALL.length);
        for (int i = 0; i < SEGMENTS; i++) {
            TestSegments segment = model.segment(i);
            var result = model.step(segment, state);
            ShapeChecks.check(model, segment, result);
            Numbers.assertFinite(Outcome.logits(segment, result.logits()), "logits of segment " + (i + 1));
            state = result.next();
        }
    }

    private static void requireNamed(MnemeException refusal, String key, String value, String what) {
        String message = String.valueOf(refusal.getMessage());
        // Of a key that is true or false, its name says it all.
        boolean isTruth = value.equals("true") || value.equals("false");
        boolean named = message.contains(key)
                && (isTruth || message.toLowerCase(Locale.ROOT).contains(shown(value)));
        if (refusal.code() != ErrorCode.CONFIG_INVALID || !named) {
            throw new AssertionError(
                    what + ": expected a mechanism or a refusal with " + ErrorCode.CONFIG_INVALID
                            + " that names key and value, got " + refusal.getMessage(),
                    refusal);
        }
    }

    /** As it may stand in a message: choices in lower case with hyphens, whole numbers without a fraction. */
    private static String shown(String value) {
        return value.toLowerCase(Locale.ROOT).replace('_', '-').replaceFirst("\\.0$", "");
    }
}
