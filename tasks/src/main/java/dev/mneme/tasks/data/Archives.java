package dev.mneme.tasks.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** Reads npm tarballs (.tgz) and Debian packages (.deb). */
final class Archives {
    private Archives() {}

    /** Takes the regular files of an archive one by one. */
    interface Visitor {
        /** @param name path in the archive, without a leading {@code ./} */
        void file(String name, InputStream content) throws IOException;
    }

    /**
     * Visits every regular file.
     *
     * @param in the archive, read to where its last file ends; not closed
     */
    static void visit(InputStream in, boolean debian, Visitor visitor) throws IOException {
        InputStream tar = debian ? debianData(in) : new GZIPInputStream(in, 1 << 16);
        TarArchiveInputStream entries = new TarArchiveInputStream(new BufferedInputStream(tar, 1 << 16), "UTF-8");
        for (TarArchiveEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
            if (entry.isFile() && !entry.isSymbolicLink() && !entry.isLink()) {
                String name = entry.getName();
                visitor.file(name.startsWith("./") ? name.substring(2) : name, entries);
            }
        }
    }

    private static InputStream debianData(InputStream in) throws IOException {
        ArArchiveInputStream members = new ArArchiveInputStream(new BufferedInputStream(in, 1 << 16));
        for (ArArchiveEntry member = members.getNextEntry(); member != null; member = members.getNextEntry()) {
            switch (member.getName()) {
                case "data.tar.xz" -> {
                    return new XZCompressorInputStream(members);
                }
                case "data.tar.gz" -> {
                    return new GZIPInputStream(members, 1 << 16);
                }
                default -> {}
            }
        }
        throw new IOException("the Debian package has neither data.tar.xz nor data.tar.gz");
    }

    /**
     * Writes files below a folder.
     *
     * @param rename path below the folder for an archive path; empty = leave the file out
     * @throws IOException also for a path that would lead out of the folder
     */
    static void unpack(InputStream in, boolean debian, Path folder, Function<String, Optional<String>> rename)
            throws IOException {
        Path root = folder.toAbsolutePath().normalize();
        visit(in, debian, (name, content) -> {
            Optional<String> path = rename.apply(name);
            if (path.isEmpty()) {
                return;
            }
            Path file = root.resolve(path.get()).normalize();
            if (!file.startsWith(root) || file.equals(root)) {
                throw new IOException("the archive holds a path that leads out of its folder: " + name);
            }
            Files.createDirectories(file.getParent());
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                    OutputStream out = Channels.newOutputStream(channel)) {
                content.transferTo(out);
                channel.force(true);
            }
        });
    }
}
