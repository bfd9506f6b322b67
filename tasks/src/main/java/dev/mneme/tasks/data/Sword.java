package dev.mneme.tasks.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Reads the verses of a Bible in the SWORD project's zText format with OSIS markup. A testament is three little-endian
 * files: {@code .bzs} lists zlib blocks of {@code .bzz} (offset, compressed size, size; 32 bits each), {@code .bzv}
 * lists records (block, offset in the inflated block, 32 bits; length, 16 bits). Records are the heads of module,
 * testament, books and chapters, and verses; heads are told by their markup.
 */
final class Sword {
    private static final int BLOCK_ENTRY = 12;
    private static final int RECORD_ENTRY = 10;

    private static final Pattern CHAPTER_HEAD =
            Pattern.compile("<chapter\\b[^>]*osisID=\"([^\".]+)\\.(\\d+)\"[^>]*sID=");
    private static final Pattern ASIDE = Pattern.compile("<(note|title|speaker)\\b[^>]*>.*?</\\1>", Pattern.DOTALL);
    private static final Pattern LAYOUT = Pattern.compile("</?(?:lb|l|lg|p|div|milestone)\\b[^>]*>");
    private static final Pattern TAG = Pattern.compile("<[^>]*>");
    private static final Pattern WORD_CHARACTER = Pattern.compile("(?U)\\w");

    private Sword() {}

    /**
     * Clean text by verse id such as {@code Gen.1.1}, in the order of the files; empty verses are left out.
     *
     * @param files content of a file name such as {@code ot.bzs}
     */
    static Map<String, String> verses(Function<String, byte[]> files) throws IOException {
        Map<String, String> verses = new LinkedHashMap<>();
        for (String testament : new String[] {"ot", "nt"}) {
            readTestament(
                    files.apply(testament + ".bzs"),
                    files.apply(testament + ".bzv"),
                    files.apply(testament + ".bzz"),
                    verses);
        }
        return verses;
    }

    private static void readTestament(byte[] blocks, byte[] records, byte[] data, Map<String, String> verses)
            throws IOException {
        Map<Integer, byte[]> inflated = new HashMap<>();
        ByteBuffer table = ByteBuffer.wrap(records).order(ByteOrder.LITTLE_ENDIAN);
        String chapter = "";
        int verse = 0;
        for (int at = 0; at + RECORD_ENTRY <= records.length; at += RECORD_ENTRY) {
            int block = table.getInt(at);
            int offset = table.getInt(at + 4);
            int length = table.getShort(at + 8) & 0xFFFF;
            String markup = "";
            if (length > 0) {
                byte[] text = inflated.get(block);
                if (text == null) {
                    text = inflate(blocks, block, data);
                    inflated.put(block, text);
                }
                if (offset < 0 || offset > text.length - length) {
                    throw new IOException("record " + at / RECORD_ENTRY + " lies outside its block");
                }
                markup = new String(text, offset, length, StandardCharsets.UTF_8);
            }
            Matcher head = CHAPTER_HEAD.matcher(markup);
            if (head.find() && !hasWords(markup)) {
                chapter = head.group(1) + "." + head.group(2) + ".";
                verse = 0;
            } else if (markup.contains("type=\"book\"") && !markup.contains("<w ")) {
                chapter = "";
            } else if (!chapter.isEmpty()) {
                verse++;
                String text = clean(markup);
                if (!text.isEmpty()) {
                    verses.put(chapter + verse, text);
                }
            }
        }
    }

    private static byte[] inflate(byte[] blocks, int block, byte[] data) throws IOException {
        if (block < 0 || block >= blocks.length / BLOCK_ENTRY) {
            throw new IOException("block " + block + " is not in the list of blocks");
        }
        ByteBuffer entry = ByteBuffer.wrap(blocks).order(ByteOrder.LITTLE_ENDIAN);
        int offset = entry.getInt(block * BLOCK_ENTRY);
        int compressed = entry.getInt(block * BLOCK_ENTRY + 4);
        byte[] text = new byte[entry.getInt(block * BLOCK_ENTRY + 8)];
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(data, offset, compressed);
            int length = 0;
            while (length < text.length) {
                int read = inflater.inflate(text, length, text.length - length);
                if (read == 0) {
                    throw new IOException("block " + block + " is shorter than its entry says");
                }
                length += read;
            }
            return text;
        } catch (DataFormatException | ArrayIndexOutOfBoundsException e) {
            throw new IOException("block " + block + " is no zlib data: " + e.getMessage(), e);
        } finally {
            inflater.end();
        }
    }

    private static boolean hasWords(String markup) {
        String text = TAG.matcher(ASIDE.matcher(markup).replaceAll(" ")).replaceAll("");
        return WORD_CHARACTER.matcher(text).find();
    }

    /** Running text without notes, titles and names of speakers. */
    static String clean(String markup) {
        String text = ASIDE.matcher(markup).replaceAll(" ").replace("</w><w", "</w> <w");
        text = LAYOUT.matcher(text).replaceAll(" ");
        text = TAG.matcher(text).replaceAll("");
        return text.replaceAll("(?U)\\s+", " ").trim().replaceAll(" +([,.;:!?])", "$1");
    }
}
