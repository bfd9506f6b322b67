package dev.mneme.tasks.data;

import java.util.List;

/**
 * One package of a registry.
 *
 * @param client that gets it
 * @param name in the registry
 * @param version pinned
 * @param archive file name it is kept under
 * @param bytes size of the archive
 * @param sha256 of the archive, lower-case hexadecimal
 */
public record DataPackage(Client client, String name, String version, String archive, long bytes, String sha256) {

    /** Ordinary package clients. */
    public enum Client {
        NPM("npm", "npm (part of Node.js)"),
        APT("apt-get", "apt-get (part of Debian and its relatives)");

        private final String command;
        private final String description;

        Client(String command, String description) {
            this.command = command;
            this.description = description;
        }

        String description() {
            return description;
        }
    }

    /** The command that leaves the archive in the current folder. */
    List<String> command() {
        if (client == Client.NPM) {
            boolean windows = System.getProperty("os.name").startsWith("Windows");
            return List.of(windows ? "npm.cmd" : client.command, "pack", name + "@" + version);
        }
        return List.of(client.command, "download", name + "=" + version);
    }
}
