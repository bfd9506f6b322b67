package dev.mneme.backend.nd4j;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Structure;
import com.sun.jna.Structure.FieldOrder;

/** What glibc's allocator has given out in this process: exact, and apart from the Java heap. */
final class NativeHeap {
    private NativeHeap() {}

    static long bytesInUse() {
        Statistics statistics = Native.load("c", Allocator.class).mallinfo2();
        return statistics.uordblks + statistics.hblkhd;
    }

    /** The one function needed of glibc. */
    public interface Allocator extends Library {
        Statistics mallinfo2();
    }

    /** glibc's {@code struct mallinfo2}, under its names. */
    @FieldOrder({
        "arena",
        "ordblks",
        "smblks",
        "hblks",
        "hblkhd",
        "usmblks",
        "fsmblks",
        "uordblks",
        "fordblks",
        "keepcost"
    })
    public static final class Statistics extends Structure implements Structure.ByValue {
        public long arena;
        public long ordblks;
        public long smblks;
        public long hblks;
        public long hblkhd;
        public long usmblks;
        public long fsmblks;
        public long uordblks;
        public long fordblks;
        public long keepcost;
    }
}
