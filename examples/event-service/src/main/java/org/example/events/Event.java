package org.example.events;

/**
 * What a customer did.
 *
 * @param action such as {@code pay}
 * @param subject what it was done with: a country, a department of the shop
 */
record Event(String action, String subject) {
    /** Reads a line such as {@code pay de}. */
    static Event parse(String line) {
        String[] words = line.strip().split("\\s+");
        if (words.length != 2) {
            throw new IllegalArgumentException("expected an action and a subject, such as 'pay de', got '" + line + "'");
        }
        return new Event(words[0], words[1]);
    }

    @Override
    public String toString() {
        return action + " " + subject;
    }
}
