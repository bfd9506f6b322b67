package dev.mneme.runtime.plugin;

/**
 * Where a provider comes from.
 *
 * @param place in order of precedence when two have the same name
 * @param jar file name; the folder or class where it is not in a jar
 */
record Source(Place place, String jar) {
    enum Place {
        BUILT_IN,
        CLASS_PATH,
        PLUGIN
    }

    static final Source BUILT_IN = new Source(Place.BUILT_IN, "mneme");

    @Override
    public String toString() {
        return switch (place) {
            case BUILT_IN -> "built in";
            case CLASS_PATH -> "class path, " + jar;
            case PLUGIN -> "plugin, " + jar;
        };
    }
}
