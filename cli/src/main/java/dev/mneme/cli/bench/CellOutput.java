package dev.mneme.cli.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;

/**
 * What the process of a {@link Cell} left.
 *
 * @param exitCode of the process
 * @param output standard output; its last line is the result, or the error, as JSON
 * @param errors standard error
 */
public record CellOutput(int exitCode, String output, String errors) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The last line of the output; a missing node if that is no JSON. */
    public JsonNode json() {
        List<String> lines = output.lines().filter(line -> !line.isBlank()).toList();
        if (!lines.isEmpty()) {
            try {
                return JSON.readTree(lines.get(lines.size() - 1));
            } catch (JsonProcessingException e) {
                // A process that was ended in mid-word leaves half a line; its exit code tells why.
                return JSON.missingNode();
            }
        }
        return JSON.missingNode();
    }

    /** Why it failed, in one line. */
    public String failure() {
        return FailureReason.of(exitCode, json().path("error").path("message").asText(), errors);
    }
}
