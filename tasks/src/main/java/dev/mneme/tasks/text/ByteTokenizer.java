package dev.mneme.tasks.text;

import java.nio.charset.StandardCharsets;

/** UTF-8 bytes, 256 ids. */
final class ByteTokenizer implements TextTokenizer {
    @Override
    public int size() {
        return 256;
    }

    @Override
    public int[] encode(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int[] ids = new int[bytes.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = bytes[i] & 0xFF;
        }
        return ids;
    }

    @Override
    public String decode(int[] ids) {
        byte[] bytes = new byte[ids.length];
        for (int i = 0; i < ids.length; i++) {
            bytes[i] = (byte) ids[i];
        }
        return VisibleText.ofUtf8(bytes);
    }

    @Override
    public int beginToken() {
        return '\n';
    }
}
