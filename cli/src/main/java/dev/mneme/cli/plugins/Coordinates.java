package dev.mneme.cli.plugins;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import java.util.regex.Pattern;

/**
 * A jar in a Maven repository. The version is exact: what is installed must not depend on the day.
 *
 * @param group with dots
 */
public record Coordinates(String group, String artifact, String version) {
    private static final Pattern SHAPE = Pattern.compile("[^:/\\\\]+(:[^:/\\\\]*){1,4}");
    private static final Pattern PART = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+-]*");

    /** Whether somebody may mean coordinates by it, rather than a file. */
    public static boolean isLike(String text) {
        return SHAPE.matcher(text).matches() && !text.endsWith(".jar");
    }

    /**
     * Reads {@code group:artifact:version}.
     *
     * @throws MnemeException ({@code CONFIG_INVALID}) if it is not of this form, or the version is none
     */
    public static Coordinates parse(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length != 3) {
            throw invalid(text, "expected group:artifact:version, such as org.example:gated-slots:1.0.0");
        }
        for (String part : parts) {
            if (!PART.matcher(part).matches()) {
                throw invalid(text, "'" + part + "' is not a group, artifact or exact version");
            }
        }
        if (parts[2].equals("LATEST") || parts[2].equals("RELEASE")) {
            throw invalid(text, "name an exact version instead of " + parts[2]);
        }
        return new Coordinates(parts[0], parts[1], parts[2]);
    }

    private static MnemeException invalid(String text, String problem) {
        return new MnemeException(ErrorCode.CONFIG_INVALID, "coordinates '" + text + "': " + problem);
    }

    @Override
    public String toString() {
        return group + ":" + artifact + ":" + version;
    }
}
