package dev.mneme.runtime.evaluate;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process needs of the machine's memory, native memory included. */
public final class ProcessMemory {
    private static final Path STATUS = Path.of("/proc/self/status");

    private ProcessMemory() {}

    /**
     * The most resident memory this process ever had, in bytes. Where the system does not tell (it is Linux that does),
     * what the JVM has reserved now, which leaves out native memory.
     */
    public static long peakBytes() {
        return fromStatus("VmHWM:");
    }

    /** Resident memory now, in bytes; else as {@link #peakBytes}. */
    public static long residentBytes() {
        return fromStatus("VmRSS:");
    }

    private static long fromStatus(String key) {
        if (Files.isReadable(STATUS)) {
            try {
                for (String line : Files.readAllLines(STATUS, StandardCharsets.ISO_8859_1)) {
                    if (line.startsWith(key)) {
                        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
                    }
                }
            } catch (IOException e) {
                return reserved();
            }
        }
        return reserved();
    }

    private static long reserved() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        return memory.getHeapMemoryUsage().getCommitted()
                + memory.getNonHeapMemoryUsage().getCommitted();
    }
}
