package dev.mneme.tasks.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.error.MnemeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TokenizersTest {
    @TempDir
    Path folder;

    @Test
    void bytesAreTheirOwnIds() {
        ByteTokenizer tokenizer = new ByteTokenizer();
        assertThat(tokenizer.encode("añ")).containsExactly(0x61, 0xC3, 0xB1);
        assertThat(tokenizer.decode(tokenizer.encode("año\t\n"))).isEqualTo("año\t\n");
    }

    @Test
    void brokenUtf8AndControlCharactersAreShownSafely() {
        ByteTokenizer tokenizer = new ByteTokenizer();
        assertThat(tokenizer.decode(new int[] {0xB1, 'a', 0xC3})).isEqualTo("\uFFFDa\uFFFD");
        assertThat(tokenizer.decode(new int[] {0x1B, '[', 0, 0x0D})).isEqualTo("\\x1b[\\x00\\x0d");
    }

    @Test
    void bytePairsOfTheClassicExampleAreLearnedInOrder() {
        // low x5, lower x2, newest x6, widest x3: (e,s) 9 times, then (es,t) 9, (l,o) 7, (lo,w) 7, ...
        String text = "low,".repeat(5) + "lower,".repeat(2) + "newest,".repeat(6) + "widest,".repeat(3);
        BytePairTokenizer tokenizer = BytePairTrainer.train(List.of(text), 256 + 4);
        assertThat(tokenizer.size()).isEqualTo(260);
        assertThat(tokenizer.encode("newest")).containsExactly('n', 'e', 'w', 257);
        assertThat(tokenizer.encode("slow")).containsExactly('s', 259);
        assertThat(tokenizer.decode(new int[] {256})).isEqualTo("es");
        assertThat(tokenizer.decode(new int[] {258})).isEqualTo("lo");
    }

    @Test
    void learnedMergesAreThoseOfTheDefinition() {
        String text = PairReader.bundled().stream()
                .limit(60)
                .map(SentencePair::target)
                .collect(Collectors.joining("\n"));
        BytePairTokenizer tokenizer = BytePairTrainer.train(List.of(text), 256 + 120);
        List<String> slow = slowMerges(text, 120);
        for (int merge = 0; merge < 120; merge++) {
            assertThat(tokenizer.decode(new int[] {256 + merge})).isEqualTo(VisibleText.of(slow.get(merge)));
        }
    }

    /** Counts all pairs anew for every merge, on bytes held as Latin-1 characters. */
    private static List<String> slowMerges(String text, int count) {
        List<ArrayList<Integer>> words = BytePairTokenizer.PIECE
                .matcher(text)
                .results()
                .map(match -> Arrays.stream(BytePairTokenizer.bytesOf(match.group()))
                        .boxed()
                        .collect(Collectors.toCollection(ArrayList::new)))
                .toList();
        Map<Integer, byte[]> bytes = new TreeMap<>();
        for (int i = 0; i < 256; i++) {
            bytes.put(i, new byte[] {(byte) i});
        }
        for (int id = 256; id < 256 + count; id++) {
            Map<Long, Integer> counts = new TreeMap<>();
            for (List<Integer> word : words) {
                for (int i = 0; i + 1 < word.size(); i++) {
                    counts.merge(BytePairTokenizer.pair(word.get(i), word.get(i + 1)), 1, Integer::sum);
                }
            }
            int most = counts.values().stream().max(Integer::compare).orElseThrow();
            long best = counts.entrySet().stream()
                    .filter(e -> e.getValue() == most)
                    .findFirst()
                    .orElseThrow()
                    .getKey();
            for (List<Integer> word : words) {
                for (int i = 0; i + 1 < word.size(); i++) {
                    if (BytePairTokenizer.pair(word.get(i), word.get(i + 1)) == best) {
                        word.set(i, id);
                        word.remove(i + 1);
                    }
                }
            }
            byte[] left = bytes.get(BytePairTokenizer.left(best));
            byte[] right = bytes.get(BytePairTokenizer.right(best));
            byte[] merged = Arrays.copyOf(left, left.length + right.length);
            System.arraycopy(right, 0, merged, left.length, right.length);
            bytes.put(id, merged);
        }
        return bytes.entrySet().stream()
                .filter(e -> e.getKey() >= 256)
                .map(e -> new String(e.getValue(), StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void everyTextSurvivesBytePairEncoding() {
        BytePairTokenizer tokenizer = BytePairTrainer.train(
                PairReader.bundled().stream()
                        .limit(300)
                        .map(SentencePair::target)
                        .toList(),
                700);
        Random random = new Random(3);
        String alphabet = "abc ñé,.;!?¿  \n\t019_-—’漢\uD83D\uDE00\u0301\u00a0de la que";
        int[] points = alphabet.codePoints().toArray();
        for (int i = 0; i < 500; i++) {
            String text = random.ints(random.nextInt(40), 0, points.length)
                    .mapToObj(j -> Character.toString(points[j]))
                    .collect(Collectors.joining());
            assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
        }
        String verse = PairReader.bundled().get(5).target();
        assertThat(tokenizer.encode(verse).length).isLessThan(verse.length() / 2);
    }

    @Test
    void charactersAndWordsOutsideTheListAreUnknown() {
        ListTokenizer characters = ListTokenizer.characters(List.of("aab\n"), 100);
        assertThat(characters.size()).isEqualTo(3);
        assertThat(characters.encode("abx")).containsExactly(0, 2, TextTokenizer.UNKNOWN);
        ListTokenizer words = ListTokenizer.words(List.of("el perro, el gato", "el perro"), 3);
        assertThat(words.encode("el perro, gato")).containsExactly(0, 1, 2, TextTokenizer.UNKNOWN);
        assertThat(words.decode(new int[] {0, 1, 2})).isEqualTo("el perro ,");
    }

    private Path tokenizerJson() throws IOException {
        return Files.writeString(folder.resolve("tokenizer.json"), """
                {"version": "1.0", "truncation": null, "padding": {"strategy": {"Fixed": 16}, "direction": "Right",
                   "pad_to_multiple_of": null, "pad_id": 0, "pad_type_id": 0, "pad_token": "[UNK]"},
                 "added_tokens": [{"id": 5, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false,
                   "normalized": false, "special": true}],
                 "normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "Whitespace"},
                 "post_processor": null, "decoder": null,
                 "model": {"type": "WordLevel", "vocab": {"[UNK]": 0, "the": 1, "white": 2, "whale": 3, ".": 4},
                   "unk_token": "[UNK]"}}
                """);
    }

    @Test
    void aTokenizerFileIsReadThroughItsNativeLibrary() throws IOException {
        TextTokenizer tokenizer = Tokenizers.fromFile(tokenizerJson().toString(), List.of("bytes"));
        assertThat(tokenizer.size()).isEqualTo(6);
        assertThat(tokenizer.beginToken()).isEqualTo(5);
        assertThat(tokenizer.encode("The white whale spouts.")).containsExactly(1, 2, 3, 0, 4);
        assertThat(tokenizer.decode(new int[] {1, 2, 3})).isEqualTo("the white whale");
    }

    @Test
    void longTextsAreGivenToTheNativeLibraryInParts() throws IOException {
        TextTokenizer tokenizer = Tokenizers.fromFile(tokenizerJson().toString(), List.of("bytes"));
        int[] ids = tokenizer.encode("the white whale.\n".repeat(10_000));
        assertThat(ids).hasSize(40_000);
        for (int i = 0; i < ids.length; i++) {
            assertThat(ids[i]).isEqualTo(1 + i % 4);
        }
    }

    @Test
    void missingAndMalformedTokenizerFilesAreNamed() throws IOException {
        assertThatThrownBy(() -> Tokenizers.fromFile("byte", List.of("bytes")))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("DATA_UNREADABLE")
                .hasMessageContaining("did you mean 'bytes'?");
        assertThatThrownBy(() -> Tokenizers.fromFile("missing/tokenizer.json", List.of("bytes")))
                .hasMessageContaining("reading tokenizer 'missing/tokenizer.json': there is no such file");
        Path broken = Files.writeString(folder.resolve("broken.json"), "{\"model\":");
        assertThatThrownBy(() -> Tokenizers.fromFile(broken.toString(), List.of("bytes")))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("broken.json")
                .hasMessageContaining("expected a Hugging Face tokenizer.json");
        Path other = Files.writeString(folder.resolve("other.json"), "{\"name\": 1}");
        assertThatThrownBy(() -> Tokenizers.fromFile(other.toString(), List.of("bytes")))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("it has no vocabulary");
    }
}
