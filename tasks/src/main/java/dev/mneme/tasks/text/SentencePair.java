package dev.mneme.tasks.text;

import dev.mneme.task.Split;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** One source text and its translation; the id decides the part it belongs to. */
record SentencePair(String id, String source, String target) {
    /** 90 / 5 / 5 by a hash of the id, so that it stays where it is when pairs are added or left out. */
    Split split() {
        CRC32 hash = new CRC32();
        hash.update(id.getBytes(StandardCharsets.UTF_8));
        return CorpusSplit.byNumber(hash.getValue());
    }
}
