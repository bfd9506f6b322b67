package dev.mneme.nn;

import dev.mneme.stability.Stable;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A part of a model: named parameters and named children. Owns the parameters' native memory. */
@Stable
public abstract class Module implements Parameterized {
    private final ModuleContext context;
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final List<Module> children = new ArrayList<>();
    private final List<Tensor> constants = new ArrayList<>();

    protected Module(ModuleContext context) {
        this.context = context;
    }

    /** Makes a parameter; matrices decay, vectors do not. */
    protected final Parameter parameter(String name, Initializer initializer, long... sizes) {
        return parameter(name, initializer, sizes.length > 1, sizes);
    }

    protected final Parameter parameter(String name, Initializer initializer, boolean decays, long... sizes) {
        Parameter parameter = new Parameter(context.draw(name, initializer, Shape.of(sizes)), decays);
        register(name, parameter);
        return parameter;
    }

    /** Builds a child under this name and takes its parameters in. */
    protected final <M extends Module> M child(String name, Function<ModuleContext, M> constructor) {
        M child = constructor.apply(context.child(name));
        children.add(child);
        child.parameters().forEach((path, parameter) -> register(name + "." + path, parameter));
        return child;
    }

    /** Takes over a tensor that is neither trained nor saved, such as a position table. */
    protected final Tensor constant(Tensor tensor) {
        constants.add(tensor.unscoped());
        return tensor;
    }

    private void register(String name, Parameter parameter) {
        if (parameters.put(name, parameter) != null) {
            throw new IllegalStateException("two parameters named " + context.join(name));
        }
    }

    /** Dotted path of this module in the model. */
    public final String path() {
        return context.path();
    }

    protected final ModuleContext context() {
        return context;
    }

    @Override
    public final Map<String, Parameter> parameters() {
        return Collections.unmodifiableMap(parameters);
    }

    /** Closes all parameters and constants, the children's included. */
    @Override
    public void close() {
        parameters.values().forEach(parameter -> parameter.value().close());
        constants.forEach(Tensor::close);
        children.forEach(Module::close);
    }
}
