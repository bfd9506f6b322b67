package dev.mneme.cli;

import dev.mneme.config.SettingDescription;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Configuration keys in listings. */
final class SettingsText {
    private SettingsText() {}

    /** One line a key, such as {@code memory.slots = 10   integer 0..65536   memory rows M}. */
    static List<String> lines(String section, List<SettingDescription> settings) {
        int keys = width(settings.stream().map(s -> assignment(section, s)).toList());
        int types = width(settings.stream().map(SettingsText::type).toList());
        return settings.stream()
                .map(s -> pad(assignment(section, s), keys) + "  " + pad(type(s), types) + "  " + s.summary()
                        + (s.paper().isEmpty() ? "" : " (paper: " + s.paper() + ")"))
                .toList();
    }

    /** The keys for {@code --json}. */
    static List<Map<String, Object>> json(List<SettingDescription> settings) {
        return settings.stream()
                .map(s -> {
                    Map<String, Object> map = new LinkedHashMap<>();
                    map.put("key", s.key());
                    map.put("type", s.type());
                    map.put("range", s.range());
                    map.put("default", s.defaultValue());
                    map.put("summary", s.summary());
                    map.put("paper", s.paper());
                    return map;
                })
                .toList();
    }

    private static String assignment(String section, SettingDescription setting) {
        return section + "." + setting.key() + " = " + setting.defaultValue();
    }

    private static String type(SettingDescription setting) {
        return setting.range().isEmpty() ? setting.type() : setting.type() + " " + setting.range();
    }

    private static int width(List<String> texts) {
        return texts.stream().mapToInt(String::length).max().orElse(0);
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
