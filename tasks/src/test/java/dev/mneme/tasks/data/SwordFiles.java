package dev.mneme.tasks.data;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;

/** Builds small zText modules, a block every three records. */
final class SwordFiles {
    private static final int RECORDS_PER_BLOCK = 3;

    private SwordFiles() {}

    static Map<String, byte[]> of(List<String> old, List<String> latter) {
        Map<String, byte[]> files = new HashMap<>();
        add(files, "ot", old);
        add(files, "nt", latter);
        return files;
    }

    private static void add(Map<String, byte[]> files, String testament, List<String> records) {
        ByteBuffer verses = ByteBuffer.allocate(10 * records.size()).order(ByteOrder.LITTLE_ENDIAN);
        ByteArrayOutputStream blocks = new ByteArrayOutputStream();
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        for (int from = 0; from < records.size(); from += RECORDS_PER_BLOCK) {
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            for (String record : records.subList(from, Math.min(records.size(), from + RECORDS_PER_BLOCK))) {
                byte[] bytes = record.getBytes(StandardCharsets.UTF_8);
                verses.putInt(from / RECORDS_PER_BLOCK).putInt(text.size()).putShort((short) bytes.length);
                text.writeBytes(bytes);
            }
            byte[] compressed = compress(text.toByteArray());
            blocks.writeBytes(ByteBuffer.allocate(12)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(data.size())
                    .putInt(compressed.length)
                    .putInt(text.size())
                    .array());
            data.writeBytes(compressed);
        }
        files.put(testament + ".bzv", verses.array());
        files.put(testament + ".bzs", blocks.toByteArray());
        files.put(testament + ".bzz", data.toByteArray());
    }

    private static byte[] compress(byte[] text) {
        Deflater deflater = new Deflater();
        deflater.setInput(text);
        deflater.finish();
        byte[] buffer = new byte[text.length + 100];
        int length = deflater.deflate(buffer);
        deflater.end();
        return Arrays.copyOf(buffer, length);
    }
}
