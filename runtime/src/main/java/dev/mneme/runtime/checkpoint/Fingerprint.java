package dev.mneme.runtime.checkpoint;

import dev.mneme.runtime.model.Model;
import dev.mneme.tensor.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** Tells models apart by what they compute. */
public final class Fingerprint {
    private Fingerprint() {}

    /**
     * SHA-256 over the description and every parameter of a model, as hexadecimal text. It is the same on every engine
     * and changes when the model is trained. Reads all parameters: to be kept by whoever needs it often.
     */
    public static String of(Model model) {
        MessageDigest digest = Checksums.newDigest();
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        model.parameters().forEach((path, parameter) -> parameters.put(path, parameter.value()));
        try (OutputStream stream = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
            Safetensors.write(stream, model.describe().essentials(), parameters);
        } catch (IOException e) {
            throw new UncheckedIOException("a digest cannot fail to be written", e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
