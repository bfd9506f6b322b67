package dev.mneme.runtime.plugin;

/** Carries the verdict from the check that fails to the loop that goes on with the next jar. */
final class PluginRejection extends Exception {
    private final String reason;
    private final String remedy;

    PluginRejection(String reason, String remedy) {
        super(reason);
        this.reason = reason;
        this.remedy = remedy;
    }

    Rejected of(String jar) {
        return new Rejected(jar, reason, remedy);
    }
}
