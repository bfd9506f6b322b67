package dev.mneme.config;

/**
 * One key of a configuration record, for listings and error messages.
 *
 * @param key as the user writes it
 * @param type {@code integer}, {@code number}, {@code true/false}, {@code text}, or the choices of an enumeration
 * @param range such as {@code 1..4096}; empty where everything goes
 * @param defaultValue as the user would write it
 * @param summary what it is
 * @param paper the paper's value, or empty
 */
public record SettingDescription(
        String key, String type, String range, String defaultValue, String summary, String paper) {}
