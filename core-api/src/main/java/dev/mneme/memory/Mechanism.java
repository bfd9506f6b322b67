package dev.mneme.memory;

import dev.mneme.nn.Parameter;
import java.util.LinkedHashMap;
import java.util.Map;

/** The four roles of one mechanism, ready to run. */
public record Mechanism(Memory memory, Reader reader, Writer writer, Controller controller) implements AutoCloseable {
    /** All parameters by path; the first word is the role. */
    public Map<String, Parameter> parameters() {
        Map<String, Parameter> all = new LinkedHashMap<>();
        memory.parameters().forEach((path, parameter) -> all.put("memory." + path, parameter));
        reader.parameters().forEach((path, parameter) -> all.put("reader." + path, parameter));
        writer.parameters().forEach((path, parameter) -> all.put("writer." + path, parameter));
        controller.parameters().forEach((path, parameter) -> all.put("controller." + path, parameter));
        return all;
    }

    /** Number of trainable numbers. */
    public long parameterCount() {
        return parameters().values().stream()
                .mapToLong(parameter -> parameter.value().shape().elements())
                .sum();
    }

    /** Closes the native memory of all four roles. */
    @Override
    public void close() {
        memory.close();
        reader.close();
        writer.close();
        controller.close();
    }
}
