package dev.mneme.runtime.plugin;

/**
 * Who is to blame: how messages call a dropped-in plugin.
 *
 * @param id of its manifest
 * @param version of its manifest
 * @param jar file name
 */
record PluginIdentity(String id, String version, String jar) {
    @Override
    public String toString() {
        return "plugin " + id + " " + version + " (" + jar + ")";
    }
}
