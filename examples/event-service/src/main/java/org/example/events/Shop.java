package org.example.events;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Customers of a shop that does not exist. Each lives in one country and comes back again and again: logs in from there,
 * looks at departments, puts what was looked at into the cart, pays from home and leaves.
 */
final class Shop {
    static final List<String> COUNTRIES = List.of("at", "br", "de", "es", "fr", "it", "jp", "us");
    private static final List<String> DEPARTMENTS =
            List.of("books", "films", "games", "garden", "music", "shoes", "tools", "toys");

    private Shop() {}

    /** Every word that an event is made of. */
    static List<String> words() {
        return Stream.of(List.of("login", "view", "cart", "pay", "logout", "ok"), COUNTRIES, DEPARTMENTS)
                .flatMap(List::stream)
                .toList();
    }

    /** A country, which is not {@code home}. */
    static String abroad(String home, SplittableRandom random) {
        int other = (COUNTRIES.indexOf(home) + 1 + random.nextInt(COUNTRIES.size() - 1)) % COUNTRIES.size();
        return COUNTRIES.get(other);
    }

    /** Visits of one customer, all from the same country. */
    static List<Event> history(int visits, SplittableRandom random) {
        String home = COUNTRIES.get(random.nextInt(COUNTRIES.size()));
        List<Event> events = new ArrayList<>();
        for (int visit = 0; visit < visits; visit++) {
            events.add(new Event("login", home));
            int views = 2 + random.nextInt(5);
            for (int view = 0; view < views; view++) {
                String department = DEPARTMENTS.get(random.nextInt(DEPARTMENTS.size()));
                events.add(new Event("view", department));
                if (random.nextInt(3) == 0) {
                    events.add(new Event("cart", department));
                }
            }
            events.add(new Event("pay", home));
            events.add(new Event("logout", "ok"));
        }
        return events;
    }
}
