package dev.mneme.runtime.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.util.StringQuotingChecker;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads and writes configuration files: JSON by the file's ending, YAML otherwise. */
final class ConfigFiles {
    private static final YAMLMapper YAML = YAMLMapper.builder(YAMLFactory.builder()
                    .stringQuotingChecker(new PlainWordsUnquoted())
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .build();

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private ConfigFiles() {}

    static Map<String, Object> read(Path file) {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new MnemeException(
                    ErrorCode.FILE_FAILED,
                    "cannot read the configuration " + file + ": "
                            + e.getClass().getSimpleName() + "; check the path and that it is text in UTF-8",
                    e);
        }
        boolean isJson = file.toString().toLowerCase(Locale.ROOT).endsWith(".json");
        ObjectMapper mapper = isJson ? JSON : YAML;
        Object content;
        try {
            JsonNode tree = mapper.readTree(text);
            content = tree.isMissingNode() ? null : mapper.treeToValue(tree, Object.class);
        } catch (JsonProcessingException e) {
            throw new MnemeException(
                    ErrorCode.CONFIG_INVALID,
                    position(file, e.getLocation()) + ": not " + (isJson ? "JSON: " : "YAML: ") + problem(e),
                    e);
        }
        if (content == null) {
            return Map.of();
        }
        if (!(content instanceof Map<?, ?> sections)) {
            throw new MnemeException(
                    ErrorCode.CONFIG_INVALID,
                    file + ": expected sections such as 'model:' and 'train:', got a single value or a list");
        }
        Map<String, Object> map = new LinkedHashMap<>();
        sections.forEach((key, value) -> map.put(String.valueOf(key), value));
        return map;
    }

    /** A value written as YAML on one line, or the text itself if it is not YAML. */
    static @Nullable Object value(String text) {
        try {
            return YAML.readValue(text, Object.class);
        } catch (JsonProcessingException e) {
            return text;
        }
    }

    static String yaml(Map<String, Object> content) {
        return write(YAML, content);
    }

    static String json(Map<String, Object> content) {
        return write(JSON, content);
    }

    private static String write(ObjectMapper mapper, Map<String, Object> content) {
        try {
            return mapper.writerWithDefaultPrettyPrinter()
                            .writeValueAsString(content)
                            .strip() + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a configuration of plain values cannot be written", e);
        }
    }

    private static String position(Path file, JsonLocation location) {
        return location == null
                ? file.toString()
                : file + ", line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    /** The library's own words without its excerpts and positions, which are indented. */
    private static String problem(JsonProcessingException e) {
        return e.getOriginalMessage()
                .lines()
                .filter(line -> !line.isBlank() && !line.startsWith(" "))
                .collect(Collectors.joining(", "));
    }

    /** Quotes text that could be read as something else. */
    private static final class PlainWordsUnquoted extends StringQuotingChecker.Default {
        private static final Pattern PLAIN = Pattern.compile("[A-Za-z][A-Za-z0-9_./-]*");

        @Override
        public boolean needToQuoteValue(String value) {
            return super.needToQuoteValue(value) || !PLAIN.matcher(value).matches();
        }
    }
}
