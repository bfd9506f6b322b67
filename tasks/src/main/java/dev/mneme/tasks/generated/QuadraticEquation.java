package dev.mneme.tasks.generated;

import java.util.List;

/**
 * a (x - r) (x - s) = 0 and its solution step by step, as text. With b = -(r + s) and c = r s, the lines are
 *
 * <ol>
 *   <li>the equation, {@code -4*x^2+392*x-2208=0};
 *   <li>divided by a, {@code x^2-98*x+552=0};
 *   <li>the discriminant, {@code D=98^2-4*1*552=7396=86^2}: |b| squared, then {@code -4*1*} or, where c is negative,
 *       {@code +4*1*} and |c|, then its value, then that as the square of s - r;
 *   <li>the smaller root, {@code x=(98-86)/2=6}: -b, less s - r;
 *   <li>the larger root, {@code x=(98+86)/2=92};
 *   <li>the answer, {@code 6,92}.
 * </ol>
 *
 * In equations, terms with coefficient 0 are left out, and so is a 1 before x: {@code -x^2+9=0}, {@code x^2-x=0}.
 *
 * @param leading coefficient a, not 0
 * @param smaller root r
 * @param larger root s, at least r
 */
record QuadraticEquation(int leading, int smaller, int larger) {
    /** All that the lines are made of. */
    static final String ALPHABET = "0123456789+-*/^=()xD,";

    QuadraticEquation {
        if (leading == 0 || smaller > larger) {
            throw new IllegalArgumentException("not an equation in order: " + leading + ", " + smaller + ", " + larger);
        }
    }

    /** The six lines. */
    List<String> lines() {
        int b = -(smaller + larger);
        int c = smaller * larger;
        int width = larger - smaller;
        return List.of(
                polynomial(leading, leading * b, leading * c),
                polynomial(1, b, c),
                "D=" + Math.abs(b) + "^2" + (c < 0 ? "+" : "-") + "4*1*" + Math.abs(c) + "=" + width * width + "="
                        + width + "^2",
                "x=(" + -b + "-" + width + ")/2=" + smaller,
                "x=(" + -b + "+" + width + ")/2=" + larger,
                smaller + "," + larger);
    }

    private static String polynomial(int square, int linear, int constant) {
        String text = term(square, "x^2") + term(linear, "x") + (constant == 0 ? "" : signed(constant)) + "=0";
        return text.startsWith("+") ? text.substring(1) : text;
    }

    private static String term(int coefficient, String power) {
        return switch (coefficient) {
            case 0 -> "";
            case 1 -> "+" + power;
            case -1 -> "-" + power;
            default -> signed(coefficient) + "*" + power;
        };
    }

    private static String signed(int number) {
        return number < 0 ? String.valueOf(number) : "+" + number;
    }
}
