package dev.mneme.tasks.data;

import java.util.List;

/**
 * A public data set that can be fetched.
 *
 * @param name on the command line, and its folder's name
 * @param description one line
 * @param licence under which its content may be used
 * @param purpose what it is good for
 * @param packages where it comes from
 * @param content what lies in its folder
 */
public record DataSet(
        String name, String description, String licence, String purpose, List<DataPackage> packages, Content content) {
    public DataSet {
        packages = List.copyOf(packages);
    }

    /** Bytes to download. */
    public long bytes() {
        return packages.stream().mapToLong(DataPackage::bytes).sum();
    }

    /** What a reader finds in a data set's folder. */
    public enum Content {
        /** Plain text, a file a document, in the folder {@code text}. */
        DOCUMENTS("text"),
        /** {@code pairs.tsv}: source and target, behind an id where the source has ids. */
        PAIRS("pairs.tsv"),
        /** The package's own files in the folder {@code files}. */
        FILES("files");

        private final String path;

        Content(String path) {
            this.path = path;
        }

        /** Path inside the data set's folder. */
        public String path() {
            return path;
        }
    }
}
