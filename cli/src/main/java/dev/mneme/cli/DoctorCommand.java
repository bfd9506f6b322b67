package dev.mneme.cli;

import dev.mneme.cli.console.Console;
import dev.mneme.cli.console.Quantity;
import dev.mneme.cli.doctor.SpeedCheck;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.runtime.Mneme;
import dev.mneme.runtime.engine.EngineChoice;
import dev.mneme.runtime.engine.EngineStatus;
import dev.mneme.tensor.Availability;
import dev.mneme.tensor.EngineInfo;
import dev.mneme.tensor.TensorBackend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Says what works here, what does not, and what to do. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = "Check engines, plugins and speed on this machine, and say what to do where something is wrong.",
        footer = {"", "Examples:", "  mneme doctor", "  mneme doctor --backend nd4j --json"})
final class DoctorCommand extends MnemeCommand {
    /** More than this for an addition of eight numbers means overhead, not computation. */
    private static final double SLOW_CALL_MICROSECONDS = 60;

    @Mixin
    RuntimeOptions runtime;

    private final List<String> advice = new ArrayList<>();
    private final Map<String, Object> result = new LinkedHashMap<>();

    @Override
    boolean run(Console console) {
        machine(console);
        boolean works;
        try (Mneme mneme = runtime.open()) {
            engines(console, mneme);
            plugins(console, mneme);
            works = engine(console, mneme);
        }
        console.say("");
        advice.forEach(line -> console.say("! " + line));
        console.say(
                works
                        ? advice.isEmpty() ? "All is well." : "Works; see above for what could be better."
                        : "No engine works here.");
        result.put("advice", List.copyOf(advice));
        result.put("ok", works);
        console.result(result);
        return works;
    }

    private void machine(Console console) {
        Runtime jvm = Runtime.getRuntime();
        String policy = System.getenv("OMP_WAIT_POLICY");
        Map<String, Object> machine = new LinkedHashMap<>();
        machine.put("mneme", Main.version());
        machine.put("java", System.getProperty("java.version") + ", " + System.getProperty("java.vm.name"));
        machine.put(
                "system",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                        + System.getProperty("os.arch"));
        machine.put("processors", jvm.availableProcessors());
        machine.put("heap_limit", Quantity.bytes(jvm.maxMemory()));
        machine.put("omp_wait_policy", policy == null ? "not set" : policy);
        machine.forEach((key, value) -> console.say(line(key.replace('_', ' '), value)));
        result.put("machine", machine);
        if (policy == null || !policy.toUpperCase(Locale.ROOT).equals("PASSIVE")) {
            advice.add("OMP_WAIT_POLICY is " + (policy == null ? "not set" : policy)
                    + ": idle OpenMP threads spin and training may take three times as long. Start through bin/mneme, or set"
                    + " OMP_WAIT_POLICY=PASSIVE in the environment.");
        }
        if (!Boolean.getBoolean("org.bytedeco.javacpp.nopointergc")) {
            advice.add("small operations are slower than they could be: start through bin/mneme, or with"
                    + " -Dorg.bytedeco.javacpp.nopointergc=true.");
        }
    }

    private void engines(Console console, Mneme mneme) {
        console.say("");
        List<Map<String, Object>> engines = new ArrayList<>();
        for (EngineStatus status : mneme.engines().all()) {
            Map<String, Object> engine = new LinkedHashMap<>();
            engine.put("name", status.name());
            engine.put("priority", status.priority());
            if (status.availability() instanceof Availability.Unavailable unavailable) {
                console.say(line("engine " + status.name(), "does not work: " + unavailable.reason()));
                if (!unavailable.remedy().isEmpty()) {
                    advice.add("engine " + status.name() + ": " + unavailable.reason() + ". " + unavailable.remedy());
                }
                engine.put("available", false);
                engine.put("reason", unavailable.reason());
                engine.put("remedy", unavailable.remedy());
            } else if (status.availability() instanceof Availability.Available available) {
                console.say(line("engine " + status.name(), "works on " + available.device()));
                engine.put("available", true);
                engine.put("device", available.device());
            }
            engines.add(engine);
        }
        mneme.engines().failures().forEach(failure -> {
            console.say(line("engine module", failure.module() + " failed: " + failure.reason()));
            advice.add("engine module " + failure.module() + " failed: " + failure.reason()
                    + ". Remove its jar or replace it by one that fits this version.");
        });
        result.put("engines", engines);
    }

    private void plugins(Console console, Mneme mneme) {
        console.say(line("memories", String.join(", ", mneme.memories().names())));
        console.say(line("tasks", String.join(", ", mneme.tasks().names())));
        mneme.rejected().forEach(one -> {
            console.say(line("not used", one.jar() + ": " + one.reason()));
            advice.add(one.jar() + " is not used: " + one.reason() + ". " + one.remedy());
        });
        result.put("memories", List.copyOf(mneme.memories().names()));
        result.put("tasks", List.copyOf(mneme.tasks().names()));
        result.put("rejected", MemoriesCommand.rejected(mneme.rejected()));
    }

    private boolean engine(Console console, Mneme mneme) {
        console.say("");
        try {
            EngineChoice choice = mneme.engine();
            TensorBackend backend = mneme.backend();
            EngineInfo info = backend.info();
            Map<String, Object> chosen = new LinkedHashMap<>();
            chosen.put("name", info.name());
            chosen.put("why", choice.reason());
            chosen.put("version", info.version());
            chosen.put("device", info.device());
            chosen.put("threads", info.threads());
            chosen.putAll(new TreeMap<>(info.details()));
            chosen.forEach((key, value) -> console.say(line(key.equals("name") ? "chosen engine" : key, value)));
            SpeedCheck speed = SpeedCheck.measure(backend);
            console.say(line("matrix product", String.format(Locale.ROOT, "%.1f GFLOP/s", speed.gigaflops())));
            console.say(
                    line("small operation", String.format(Locale.ROOT, "%.1f us", speed.smallOperationMicroseconds())));
            result.put("engine", chosen);
            result.put("gflops", speed.gigaflops());
            result.put("small_op_microseconds", speed.smallOperationMicroseconds());
            if (info.threads() > Runtime.getRuntime().availableProcessors()) {
                advice.add(
                        info.threads() + " threads on " + Runtime.getRuntime().availableProcessors()
                                + " processors get in each other's way: leave --threads out.");
            }
            if (speed.smallOperationMicroseconds() > SLOW_CALL_MICROSECONDS) {
                advice.add(String.format(
                        Locale.ROOT,
                        "a small operation takes %.0f us: another program may be using the processors, or this engine is"
                                + " not meant for small models; compare with --backend auto.",
                        speed.smallOperationMicroseconds()));
            }
            return true;
        } catch (MnemeException e) {
            if (e.code() == ErrorCode.NAME_UNKNOWN) {
                throw e;
            }
            console.say(line("chosen engine", "none"));
            advice.add(String.valueOf(e.getMessage()));
            return false;
        }
    }

    private static String line(String key, Object value) {
        return String.format(Locale.ROOT, "%-18s %s", key, value);
    }
}
