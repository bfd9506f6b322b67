package org.example.events;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** All customers at once, each waiting for the answer to one event before the next. */
final class Traffic {
    private static final Pattern ANSWER = Pattern.compile("\\{\"bits\": (.*), \"unusual\": (.*)}");

    private final HttpClient client = HttpClient.newHttpClient();

    /**
     * What the service said.
     *
     * @param takeover whether it was somebody else
     * @param refusals how often the service was full before
     */
    record Answer(boolean takeover, double bits, boolean unusual, int refusals) {}

    List<Answer> send(HttpFace service, List<Customer> customers) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(customers.size());
        try {
            List<Future<List<Answer>>> streams = new ArrayList<>();
            for (Customer customer : customers) {
                streams.add(threads.submit(() -> send(service.events(customer.name()), customer)));
            }
            List<Answer> answers = new ArrayList<>();
            for (Future<List<Answer>> stream : streams) {
                answers.addAll(stream.get());
            }
            return answers;
        } finally {
            threads.shutdownNow();
        }
    }

    private List<Answer> send(URI address, Customer customer) throws IOException, InterruptedException {
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < customer.events().size(); i++) {
            answers.add(send(address, customer.events().get(i), i == customer.takeover()));
        }
        return answers;
    }

    private Answer send(URI address, Event event, boolean takeover) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address)
                .POST(HttpRequest.BodyPublishers.ofString(event.toString()))
                .build();
        for (int refusals = 0; ; refusals++) {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            Matcher answer = ANSWER.matcher(response.body());
            if (response.statusCode() == 200 && answer.matches()) {
                double bits = Double.parseDouble(answer.group(1));
                return new Answer(takeover, bits, Boolean.parseBoolean(answer.group(2)), refusals);
            }
            if (response.statusCode() != 503) {
                throw new IOException(event + ": " + response.statusCode() + " " + response.body());
            }
            Thread.sleep(10L * (refusals + 1));
        }
    }
}
