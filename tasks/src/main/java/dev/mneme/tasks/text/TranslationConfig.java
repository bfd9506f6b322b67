package dev.mneme.tasks.text;

import dev.mneme.config.Setting;

/** Settings of the translation task. */
public record TranslationConfig(
        @Setting("TSV or .jsonl file of pairs, or name of a fetched data set; empty = the bundled verses")
        String path,

        @Setting("bpe, words, characters, bytes, or the path of a Hugging Face tokenizer.json")
        String tokenizer,

        @Setting(value = "most ids of a learned vocabulary (bpe, words, characters)", min = 260, max = 1_000_000)
        int vocabulary,

        @Setting(value = "most tokens of a source; longer pairs are skipped", min = 1, max = 100_000)
        int maxSource,

        @Setting(value = "most tokens of a target; longer pairs are skipped", min = 1, max = 100_000)
        int maxTarget) {
    static TranslationConfig defaults() {
        return new TranslationConfig("", "bpe", 4000, 128, 128);
    }
}
