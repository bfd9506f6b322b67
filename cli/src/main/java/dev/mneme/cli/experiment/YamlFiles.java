package dev.mneme.cli.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.error.NearestName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/** Records from YAML; keys are their components in snake case. */
public final class YamlFiles {
    private static final ObjectMapper YAML = JsonMapper.builder(new YAMLFactory())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private YamlFiles() {}

    /**
     * As {@link #read(InputStream, Class, String)}, from a file.
     *
     * @param what the file holds, such as {@code experiment}; named in messages
     */
    public static <T> T read(Path file, Class<T> type, String what) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new MnemeException(ErrorCode.CONFIG_INVALID, "there is no file " + file);
        }
        try (InputStream in = Files.newInputStream(file)) {
            return read(in, type, what + " " + file);
        }
    }

    /**
     * Reads a record.
     *
     * @param source named in messages
     * @throws MnemeException ({@code CONFIG_INVALID}) saying what is wrong and where
     */
    static <T> T read(InputStream yaml, Class<T> type, String source) throws IOException {
        try {
            return YAML.readValue(yaml, type);
        } catch (JsonProcessingException e) {
            String where = e.getLocation() == null
                    ? ""
                    : " near line " + e.getLocation().getLineNr();
            throw new MnemeException(ErrorCode.CONFIG_INVALID, source + where + ": " + problem(e), e);
        }
    }

    private static String problem(JsonProcessingException e) {
        if (e instanceof UnrecognizedPropertyException unknown) {
            Collection<Object> known = unknown.getKnownPropertyIds();
            List<String> valid = known == null
                    ? List.of()
                    : known.stream().map(String::valueOf).toList();
            return unknown.getPropertyName() + ": no such key; " + NearestName.hint(unknown.getPropertyName(), valid);
        }
        Throwable root = e.getCause() == null ? e : e.getCause();
        return root instanceof JsonProcessingException json
                ? json.getOriginalMessage()
                : String.valueOf(root.getMessage());
    }
}
