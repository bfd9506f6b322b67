package dev.mneme.tasks.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Lines of {@code pairs.tsv} from the packages' own formats. */
final class DerivedPairs {
    private static final Pattern MARKS = Pattern.compile("\\{[^}]*\\}|\\[[^\\]]*\\]|<[^>]*>");
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private DerivedPairs() {}

    /** Verses both Bibles have, in the order of the first. */
    static List<String> verses(Map<String, String> source, Map<String, String> target) {
        List<String> lines = new ArrayList<>();
        source.forEach((id, text) -> {
            String translation = target.get(id);
            if (translation != null) {
                lines.add(id + "\t" + text + "\t" + translation);
            }
        });
        return lines;
    }

    /**
     * Sentences of the Ding dictionary. An entry is {@code German :: English}; both sides have parts between bars, kept
     * where there are equally many, the German part has five words or more and ends like a sentence, and the English
     * part has four words or more. Then marks in brackets go, and of alternatives the first is taken.
     */
    static List<String> dictionarySentences(BufferedReader dictionary) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = dictionary.readLine(); line != null; line = dictionary.readLine()) {
            int border = line.indexOf("::");
            if (line.startsWith("#") || border < 0) {
                continue;
            }
            String[] german = line.substring(0, border).split(" \\| ", -1);
            String[] english = line.substring(border + 2).split(" \\| ", -1);
            for (int i = 0; german.length == english.length && i < german.length; i++) {
                if (isSentence(german[i].trim()) && wordCount(english[i]) >= 4) {
                    lines.add(clean(german[i]) + "\t" + clean(english[i]));
                }
            }
        }
        return lines;
    }

    private static boolean isSentence(String part) {
        return wordCount(part) >= 5 && (part.endsWith(".") || part.endsWith("!") || part.endsWith("?"));
    }

    private static int wordCount(String part) {
        return BLANKS.split(part.trim()).length;
    }

    private static String clean(String part) {
        String text = MARKS.matcher(part).replaceAll(" ");
        int alternative = text.indexOf(';');
        return BLANKS.matcher(alternative < 0 ? text : text.substring(0, alternative))
                .replaceAll(" ")
                .trim();
    }
}
