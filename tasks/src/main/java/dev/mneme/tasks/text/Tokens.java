package dev.mneme.tasks.text;

/** The ids of one document. */
interface Tokens {
    int length();

    int at(int position);

    static Tokens of(Document document, TextTokenizer tokenizer) {
        // Bytes are their own ids: no copy four times the size of the text.
        return tokenizer instanceof ByteTokenizer ? new Bytes(document) : new Ids(tokenizer.encode(document.text()));
    }

    /** Ids of {@link ByteTokenizer}. */
    record Bytes(Document document) implements Tokens {
        @Override
        public int length() {
            return document.length();
        }

        @Override
        public int at(int position) {
            return document.bytes()[document.from() + position] & 0xFF;
        }
    }

    /** Ids of any other tokenizer. */
    record Ids(int[] ids) implements Tokens {
        @Override
        public int length() {
            return ids.length;
        }

        @Override
        public int at(int position) {
            return ids[position];
        }
    }
}
