package dev.mneme.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page of the docs and what a reader would type. */
final class Page {
    private static final Pattern BLOCK =
            Pattern.compile("^```(java|sh)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern FILE = Pattern.compile("^// (\\S+\\.java)\\n");

    /** A block of code with its language. */
    record Block(String language, String text) {
        /** The file that a block of Java is to be written to: its first line. */
        String file() {
            Matcher matcher = FILE.matcher(text);
            if (!matcher.find()) {
                throw new AssertionError("a block of Java begins with '// PATH.java', got: " + text);
            }
            return matcher.group(1);
        }

        /** What belongs into {@link #file()}. */
        String content() {
            return FILE.matcher(text).replaceFirst("");
        }
    }

    private Page() {}

    /** All blocks of Java and of the shell, in order. */
    static List<Block> blocks(String name) throws IOException {
        Matcher matcher =
                BLOCK.matcher(Files.readString(Workbench.root().resolve("docs").resolve(name)));
        List<Block> blocks = new ArrayList<>();
        while (matcher.find()) {
            blocks.add(new Block(matcher.group(1), matcher.group(2)));
        }
        return blocks;
    }

    /** Follows the page from a folder; returns where its commands end. */
    static Path follow(List<Block> blocks, Workbench workbench) throws IOException, InterruptedException {
        Path folder = workbench.projects();
        for (Block block : blocks) {
            if (block.language().equals("java")) {
                Path file = folder.resolve(block.file());
                Files.createDirectories(file.getParent());
                Files.writeString(file, block.content());
            } else {
                folder = workbench.run(folder, block.text()).succeeded().folder();
            }
        }
        return folder;
    }
}
