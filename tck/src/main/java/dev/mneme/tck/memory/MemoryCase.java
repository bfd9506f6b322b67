package dev.mneme.tck.memory;

import dev.mneme.task.Form;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One configuration that {@link MemoryContract} tries.
 *
 * @param name shown in reports
 * @param config the {@code memory.*} keys
 * @param model {@code model.*} keys it needs, on top of the contract's
 * @param refusedForms task forms that {@code create} refuses with {@code CONFIG_INVALID}
 * @param gradientCut why gradients stop inside the mechanism on purpose, so that they are no derivatives of the values;
 *     empty = they are, and central differences must agree
 * @param <C> the mechanism's configuration
 */
public record MemoryCase<C extends Record>(
        String name, C config, Map<String, ?> model, Set<Form> refusedForms, String gradientCut) {
    public MemoryCase {
        model = Map.copyOf(model);
        refusedForms = Set.copyOf(refusedForms);
    }

    /** In all forms, with the contract's backbone and true gradients. */
    public static <C extends Record> MemoryCase<C> of(String name, C config) {
        return new MemoryCase<>(name, config, Map.of(), Set.of(), "");
    }

    /** With these {@code model.*} keys, such as {@code Map.of("norm", "post")}. */
    public MemoryCase<C> withModel(Map<String, ?> settings) {
        return new MemoryCase<>(name, config, settings, refusedForms, gradientCut);
    }

    /** Declares forms as unsupported; the contract then checks that they are refused. */
    public MemoryCase<C> refusing(Form... forms) {
        Set<Form> refused = Arrays.stream(forms).collect(Collectors.toUnmodifiableSet());
        return new MemoryCase<>(name, config, model, refused, gradientCut);
    }

    /** Declares that gradients are cut on purpose, and where; central differences are then left out. */
    public MemoryCase<C> cuttingGradients(String where) {
        return new MemoryCase<>(name, config, model, refusedForms, where);
    }

    @Override
    public String toString() {
        return name;
    }
}
