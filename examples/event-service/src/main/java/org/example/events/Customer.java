package org.example.events;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A customer whose visits are sent to the service.
 *
 * @param home country
 * @param events in order
 * @param takeover index of the event that somebody else did from abroad; -1 if there is none
 */
record Customer(String name, String home, List<Event> events, int takeover) {
    private static final int VISITS = 3;

    /** Somebody pays from abroad in the last visit of every other customer. */
    static Customer of(int number) {
        SplittableRandom random = new SplittableRandom(1000 + number);
        List<Event> events = new ArrayList<>(Shop.history(VISITS, random));
        String home = events.get(0).subject();
        int takeover = number % 2 == 0 ? events.size() - 2 : -1;
        if (takeover >= 0) {
            events.set(takeover, new Event("pay", Shop.abroad(home, random)));
        }
        return new Customer("customer-" + number, home, List.copyOf(events), takeover);
    }
}
