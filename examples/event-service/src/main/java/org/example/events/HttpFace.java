package org.example.events;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * {@code POST /customers/NAME/events} with a line such as {@code pay de} answers {@code {"bits": 0.31, "unusual":
 * false}}; 400 for what is no event, 503 when the service is full.
 */
final class HttpFace implements AutoCloseable {
    /** Far above everything that was seen in usual traffic; see what {@link Main} prints. */
    static final double UNUSUAL_BITS = 7.5;

    private static final int THREADS = 48;
    private static final int LONGEST = 200;

    private final SurpriseService service;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

    /** Listens on this machine alone, on any free port. */
    HttpFace(SurpriseService service) throws IOException {
        this.service = service;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/customers/", this::answer);
        server.start();
    }

    /** Where events of a customer go. */
    URI events(String customer) {
        InetSocketAddress address = server.getAddress();
        return URI.create("http://" + address.getAddress().getHostAddress() + ":" + address.getPort() + "/customers/"
                + customer + "/events");
    }

    private record Reply(int status, String text) {}

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange;
                OutputStream body = exchange.getResponseBody()) {
            Reply reply = reply(exchange);
            byte[] bytes = reply.text().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(reply.status(), bytes.length);
            body.write(bytes);
        }
    }

    private Reply reply(HttpExchange exchange) throws IOException {
        String[] path = exchange.getRequestURI().getPath().split("/");
        if (path.length != 4 || !path[3].equals("events")) {
            return new Reply(404, "no such page");
        }
        if (!exchange.getRequestMethod().equals("POST")) {
            return new Reply(405, "POST an event");
        }
        try {
            String line = new String(exchange.getRequestBody().readNBytes(LONGEST), StandardCharsets.UTF_8);
            double bits = service.surprise(path[2], Event.parse(line));
            String json = "{\"bits\": %.2f, \"unusual\": %b}";
            return new Reply(200, String.format(Locale.ROOT, json, bits, bits > UNUSUAL_BITS));
        } catch (IllegalArgumentException e) {
            return new Reply(400, e.getMessage());
        } catch (MnemeException e) {
            return new Reply(e.code() == ErrorCode.SESSION_BUSY ? 503 : 500, e.getMessage());
        }
    }

    @Override
    public void close() {
        server.stop(1);
        threads.shutdown();
    }
}
