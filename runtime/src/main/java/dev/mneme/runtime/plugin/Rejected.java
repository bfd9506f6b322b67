package dev.mneme.runtime.plugin;

/**
 * A jar, or a provider on the class path, that is not used.
 *
 * @param jar its file name; for a provider on the class path also its class where known
 * @param reason what is wrong with it
 * @param remedy what to do about it
 */
public record Rejected(String jar, String reason, String remedy) {
    @Override
    public String toString() {
        return jar + ": " + reason + "; " + remedy;
    }
}
