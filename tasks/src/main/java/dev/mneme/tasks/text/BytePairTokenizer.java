package dev.mneme.tasks.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Byte-level byte-pair encoding (Sennrich et al., arXiv:1508.07909; over bytes as in GPT-2): ids 0 .. 255 are bytes, id
 * 256 + r is the r-th merge. Text is first cut into words, numbers, punctuation and blanks, one blank staying with what
 * follows it; merges never cross a cut. Every text encodes, and decodes to itself.
 */
final class BytePairTokenizer implements TextTokenizer {
    static final Pattern PIECE = Pattern.compile("(?U) ?[\\p{L}\\p{M}]+| ?\\p{N}+| ?[^\\s\\p{L}\\p{M}\\p{N}]+|\\s+");

    /** Distinct pieces remembered; beyond, pieces are encoded anew each time. */
    private static final int CACHE_SIZE = 1 << 16;

    private final Map<Long, Integer> merges = new HashMap<>();
    private final List<byte[]> bytes = new ArrayList<>();
    private final Map<String, int[]> cache = new ConcurrentHashMap<>();

    /** @param mergedPairs pairs of ids in the order they were learned, see {@link #pair} */
    BytePairTokenizer(List<Long> mergedPairs) {
        for (int i = 0; i < 256; i++) {
            bytes.add(new byte[] {(byte) i});
        }
        for (long pair : mergedPairs) {
            byte[] left = bytes.get(left(pair));
            byte[] right = bytes.get(right(pair));
            byte[] merged = Arrays.copyOf(left, left.length + right.length);
            System.arraycopy(right, 0, merged, left.length, right.length);
            merges.put(pair, bytes.size());
            bytes.add(merged);
        }
    }

    /** Twenty bits each: halves of 32 bits would make {@link Long#hashCode} collide for nearly all pairs of small ids. */
    static long pair(int left, int right) {
        return (long) left << 20 | right;
    }

    static int left(long pair) {
        return (int) (pair >>> 20);
    }

    static int right(long pair) {
        return (int) pair & 0xFFFFF;
    }

    static int[] bytesOf(String piece) {
        byte[] utf8 = piece.getBytes(StandardCharsets.UTF_8);
        return IntStream.range(0, utf8.length).map(i -> utf8[i] & 0xFF).toArray();
    }

    @Override
    public int size() {
        return bytes.size();
    }

    @Override
    public int[] encode(String text) {
        IntStream.Builder ids = IntStream.builder();
        PIECE.matcher(text).results().forEach(match -> {
            for (int id : encodePiece(match.group())) {
                ids.add(id);
            }
        });
        return ids.build().toArray();
    }

    private int[] encodePiece(String piece) {
        int[] known = cache.get(piece);
        if (known != null) {
            return known;
        }
        int[] ids = merge(bytesOf(piece));
        if (cache.size() < CACHE_SIZE) {
            cache.put(piece, ids);
        }
        return ids;
    }

    /** Applies the earliest learned merge that fits, at all its places from left to right, until none fits. */
    private int[] merge(int[] ids) {
        int length = ids.length;
        while (true) {
            int best = Integer.MAX_VALUE;
            for (int i = 0; i + 1 < length; i++) {
                best = Math.min(best, merges.getOrDefault(pair(ids[i], ids[i + 1]), Integer.MAX_VALUE));
            }
            if (best == Integer.MAX_VALUE) {
                return Arrays.copyOf(ids, length);
            }
            int written = 0;
            for (int i = 0; i < length; i++) {
                boolean merged = i + 1 < length && merges.getOrDefault(pair(ids[i], ids[i + 1]), -1) == best;
                ids[written++] = merged ? best : ids[i];
                i += merged ? 1 : 0;
            }
            length = written;
        }
    }

    @Override
    public String decode(int[] ids) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (int id : ids) {
            text.writeBytes(bytes.get(id));
        }
        return VisibleText.ofUtf8(text.toByteArray());
    }

    @Override
    public int beginToken() {
        return '\n';
    }
}
