package dev.mneme.tasks.text;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.task.Split;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The fixed parts of a corpus, 90 / 5 / 5. With 20 documents or more whole documents are divided: of every twenty in
 * order the 19th is for validation, the 20th for the test. With fewer, the bytes of all documents in order are divided
 * by position, at the next whole UTF-8 character.
 */
final class CorpusSplit {
    private static final int DOCUMENTS_TO_DIVIDE = 20;

    private CorpusSplit() {}

    static Map<Split, List<Document>> of(List<Document> documents) {
        Map<Split, List<Document>> parts = new EnumMap<>(Split.class);
        for (Split split : Split.values()) {
            parts.put(split, new ArrayList<>());
        }
        if (documents.size() >= DOCUMENTS_TO_DIVIDE) {
            for (int i = 0; i < documents.size(); i++) {
                parts.get(byNumber(i)).add(documents.get(i));
            }
        } else {
            byPosition(documents, parts);
        }
        parts.forEach((split, part) -> {
            if (part.isEmpty()) {
                long bytes = documents.stream().mapToLong(Document::length).sum();
                throw new MnemeException(
                        ErrorCode.DATA_UNREADABLE,
                        "dividing a text of " + bytes + " bytes 90 / 5 / 5: nothing is left for " + split
                                + "; give a longer text");
            }
        });
        return parts;
    }

    /** 18 of every 20 for training, one for validation, one for the test. */
    static Split byNumber(long number) {
        long place = Math.floorMod(number, 20L);
        return place == 18 ? Split.VALIDATION : place == 19 ? Split.TEST : Split.TRAIN;
    }

    private static void byPosition(List<Document> documents, Map<Split, List<Document>> parts) {
        long total = documents.stream().mapToLong(Document::length).sum();
        long position = 0;
        for (Document document : documents) {
            int validation = cut(document, total * 90 / 100 - position);
            int test = cut(document, total * 95 / 100 - position);
            add(parts.get(Split.TRAIN), document.part(0, validation));
            add(parts.get(Split.VALIDATION), document.part(validation, test));
            add(parts.get(Split.TEST), document.part(test, document.length()));
            position += document.length();
        }
    }

    private static int cut(Document document, long wanted) {
        int at = (int) Math.max(0, Math.min(document.length(), wanted));
        while (at < document.length() && (document.bytes()[document.from() + at] & 0xC0) == 0x80) {
            at++;
        }
        return at;
    }

    private static void add(List<Document> part, Document document) {
        if (document.length() > 0) {
            part.add(document);
        }
    }
}
