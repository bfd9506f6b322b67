package dev.mneme.cli;

import dev.mneme.error.NearestName;
import dev.mneme.runtime.train.TrainConfig.Bptt;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Lists on the command line, separated by commas. */
final class BenchLists {
    private BenchLists() {}

    /**
     * Whole numbers in increasing order.
     *
     * @param option named in errors
     */
    static List<Integer> sizes(String option, String text) {
        List<Integer> sizes = new ArrayList<>();
        for (String word : text.split(",", -1)) {
            int size = size(option, word.strip());
            if (sizes.contains(size)) {
                throw Failures.invalid(option + " " + text + ": " + size + " is there twice");
            }
            sizes.add(size);
        }
        return sizes.stream().sorted().toList();
    }

    private static int size(String option, String word) {
        // Nine digits fit an int.
        if (!word.matches("0*[1-9][0-9]{0,8}")) {
            throw Failures.invalid(
                    option + ": '" + word + "' is no whole number of at least 1; expected a list such as 8,16,32");
        }
        return Integer.parseInt(word);
    }

    /** Schemes of back-propagation, in the order given. */
    static List<Bptt> schemes(String option, String text) {
        return choices(option, "scheme", text, Bptt.values());
    }

    /**
     * Choices by their names in lower case, in the order given.
     *
     * @param what a choice is, named in errors
     */
    static <C extends Enum<C>> List<C> choices(String option, String what, String text, C[] all) {
        List<String> valid = Arrays.stream(all)
                .map(choice -> choice.name().toLowerCase(Locale.ROOT))
                .toList();
        List<C> choices = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            String word = part.strip();
            int index = valid.indexOf(word);
            if (index < 0) {
                throw Failures.invalid(
                        option + ": there is no " + what + " '" + word + "'; " + NearestName.hint(word, valid));
            }
            if (choices.contains(all[index])) {
                throw Failures.invalid(option + " " + text + ": " + word + " is there twice");
            }
            choices.add(all[index]);
        }
        return choices;
    }
}
