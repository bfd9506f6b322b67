package dev.mneme.tasks.text;

import dev.mneme.config.Setting;

/** Settings of the text task. */
public record TextConfig(
        @Setting("text file, .jsonl file, folder of such, or name of a fetched data set; empty = the bundled book")
        String path,

        @Setting("bytes, or the path of a Hugging Face tokenizer.json")
        String tokenizer) {
    static TextConfig defaults() {
        return new TextConfig("", "bytes");
    }
}
