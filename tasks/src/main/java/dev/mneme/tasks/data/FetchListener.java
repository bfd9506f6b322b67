package dev.mneme.tasks.data;

/** Told how a fetch goes on, on the thread that fetches. */
@FunctionalInterface
public interface FetchListener {
    /** What is being done. */
    enum Step {
        DOWNLOAD,
        CHECK,
        UNPACK,
        DONE
    }

    /**
     * Called at the beginning and end of every step, and during {@code UNPACK} now and then.
     *
     * @param what archive or data set
     * @param done bytes of the archive dealt with
     * @param total bytes of the archive
     */
    void progress(Step step, String what, long done, long total);
}
