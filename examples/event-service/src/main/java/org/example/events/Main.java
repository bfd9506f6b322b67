package org.example.events;

import dev.mneme.runtime.Mneme;
import dev.mneme.runtime.MnemeOptions;
import dev.mneme.runtime.model.Model;
import dev.mneme.runtime.session.SessionStatistics;
import dev.mneme.runtime.train.StepReport;
import dev.mneme.runtime.train.TrainListener;
import dev.mneme.runtime.train.TrainResult;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A day of the service: it learns, answers customers, is asked what would be surprising, and is started again. */
public final class Main {
    /** A model this small is fastest on one thread: two would wait for each other after every operation. */
    private static final MnemeOptions OPTIONS = MnemeOptions.defaults().withThreads(1);

    private static final int HISTORIES = 800;
    private static final int CUSTOMERS = 64;

    private Main() {}

    /** @param arguments the folder of model and sessions */
    public static void main(String[] arguments) throws Exception {
        Path models = Path.of(arguments[0], "model");
        Path sessions = Path.of(arguments[0], "sessions");
        List<Customer> customers =
                IntStream.range(0, CUSTOMERS).mapToObj(Customer::of).toList();
        List<Double> before;
        try (Mneme mneme = Mneme.open(OPTIONS)) {
            learn(mneme, models);
            try (Model model = mneme.load(models);
                    SurpriseService service = new SurpriseService(model, sessions)) {
                answer(service, customers);
                say("native memory: %d KiB", mneme.backend().memory().liveBytes() / 1024);
                ask(service, customers.get(1));
                before = next(service, customers);
                service.save();
            }
        }
        try (Mneme mneme = Mneme.open(OPTIONS);
                Model model = mneme.load(models);
                SurpriseService service = new SurpriseService(model, sessions)) {
            List<Double> after = next(service, customers);
            double difference = IntStream.range(0, CUSTOMERS)
                    .mapToDouble(i -> Math.abs(after.get(i) - before.get(i)))
                    .max()
                    .orElseThrow();
            say("restarted: %d sessions go on, largest difference %.6f bits", after.size(), difference);
        }
    }

    private static void learn(Mneme mneme, Path folder) {
        SplittableRandom random = new SplittableRandom(1);
        List<List<Event>> histories = IntStream.range(0, HISTORIES)
                .mapToObj(i -> Shop.history(6, random))
                .toList();
        TrainResult result = SurpriseService.train(mneme, folder, histories, new TrainListener() {
            @Override
            public void stepped(StepReport report) {
                if (report.step() % 40 == 0) {
                    say("step %d of %d, loss %.3f", report.step(), report.steps(), report.loss());
                }
            }
        });
        say("trained: %d steps in %.0f s", result.step(), result.seconds());
    }

    private static void answer(SurpriseService service, List<Customer> customers) throws Exception {
        List<Traffic.Answer> answers;
        try (HttpFace http = new HttpFace(service)) {
            answers = new Traffic().send(http, customers);
        }
        SessionStatistics statistics = service.statistics();
        say(
                "answered: %d events of %d customers, %.1f sessions a batch, %d requests turned away and sent again",
                answers.size(),
                customers.size(),
                (double) statistics.rows() / statistics.batches(),
                answers.stream().mapToInt(Traffic.Answer::refusals).sum());
        marked("usual", answers.stream().filter(answer -> !answer.takeover()).toList());
        marked("takeovers", answers.stream().filter(Traffic.Answer::takeover).toList());
    }

    private static void marked(String name, List<Traffic.Answer> answers) {
        double[] bits =
                answers.stream().mapToDouble(Traffic.Answer::bits).sorted().toArray();
        say(
                "%s: %d of %d marked, %.1f to %.1f bits",
                name,
                answers.stream().filter(Traffic.Answer::unusual).count(),
                bits.length,
                bits[0],
                bits[bits.length - 1]);
    }

    /** Forks of one session, each with another event. */
    private static void ask(SurpriseService service, Customer customer) {
        String answers = Shop.COUNTRIES.stream()
                .map(country -> String.format(
                        Locale.ROOT, "%s %.1f", country, service.whatIf(customer.name(), new Event("login", country))))
                .collect(Collectors.joining(", "));
        say("what if: %s from %s logs in, in bits: %s", customer.name(), customer.home(), answers);
    }

    /** Surprise if each customer came back from home. */
    private static List<Double> next(SurpriseService service, List<Customer> customers) {
        return customers.stream()
                .map(customer -> service.whatIf(customer.name(), new Event("login", customer.home())))
                .toList();
    }

    private static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
