package dev.mneme.tensor.tape;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One backward pass. Nodes are visited in reverse order of creation, so that all shares of a node's gradient have come
 * in when its turn comes; each is consumed at once to free what it held.
 */
final class Differentiation<A> implements AutoCloseable {
    private final TapeBackend<A> tape;
    private final Memory<A> memory;
    private final List<TapeTensor<A>> inputs = new ArrayList<>();
    private final List<Node<A>> roots = new ArrayList<>();
    private final Set<Node<A>> targets = new HashSet<>();
    private final Map<Node<A>, Storage<A>> gradients = new HashMap<>();
    /** One reference to each: consuming a node must not end the life of its operands before their turn. */
    private List<Node<A>> reachable = List.of();

    Differentiation(TapeBackend<A> tape) {
        this.tape = tape;
        this.memory = tape.memoryOfArrays();
    }

    void addOutput(TapeTensor<A> output, @Nullable TapeTensor<A> cotangent) {
        output.array("gradients");
        Checks.floating("gradients", output);
        if (cotangent == null && output.shape().elements() != 1) {
            throw Checks.shapeMismatch(
                    "gradients", "a cotangent for an output of more than one element", output.shape());
        }
        if (cotangent != null) {
            cotangent.array("gradients");
            Checks.sameType("gradients", output, cotangent);
            if (!cotangent.shape().equals(output.shape())) {
                throw Checks.shapeMismatch(
                        "gradients", "a cotangent of the output's shape " + output.shape(), cotangent.shape());
            }
        }
        Node<A> node = output.node();
        if (node != null) {
            roots.add(node);
            accumulate(
                    node,
                    cotangent == null
                            ? tape.compute(
                                    "gradients", () -> tape.kernels().full(output.shape(), 1, output.dtype()), output)
                            : cotangent.storage().retain());
        }
    }

    void addInput(TapeTensor<A> input) {
        input.array("gradients");
        inputs.add(input);
        if (input.node() != null) {
            targets.add(input.node());
        }
    }

    List<Tensor> run() {
        reachable = reachable();
        Set<Node<A>> relevant = new HashSet<>();
        for (Node<A> node : reachable) {
            if (targets.contains(node) || node.operands().stream().anyMatch(relevant::contains)) {
                relevant.add(node);
            }
        }
        for (int i = reachable.size() - 1; i >= 0; i--) {
            Node<A> node = reachable.get(i);
            Storage<A> gradient = gradients.get(node);
            if (gradient != null) {
                pull(node, gradient, relevant);
                if (!targets.contains(node)) {
                    gradients.remove(node).release();
                }
            }
        }
        return inputs.stream().map(this::gradientOf).toList();
    }

    /** In order of creation: operands come before results. */
    private List<Node<A>> reachable() {
        Set<Node<A>> seen = new HashSet<>();
        Deque<Node<A>> pending = new ArrayDeque<>(roots);
        while (!pending.isEmpty()) {
            Node<A> node = pending.pop();
            if (seen.add(node)) {
                node.operands().forEach(pending::push);
            }
        }
        seen.forEach(Node::retain);
        return seen.stream()
                .sorted(Comparator.comparingLong(node -> node.order))
                .toList();
    }

    private void pull(Node<A> node, Storage<A> gradient, Set<Node<A>> relevant) {
        if (node.operands().stream().noneMatch(relevant::contains)) {
            return;
        }
        if (node.isConsumed()) {
            throw new MnemeException(
                    ErrorCode.ENGINE_FAILED,
                    "gradients: the graph of " + node.operation + " " + node.shape
                            + " was consumed by an earlier call; compute the outputs again");
        }
        for (Edge<A> edge : node.edges()) {
            if (relevant.contains(edge.operand())) {
                accumulate(edge.operand(), share(node, edge, gradient));
            }
        }
        node.consume();
    }

    private Storage<A> share(Node<A> node, Edge<A> edge, Storage<A> gradient) {
        try (Workspace<A> workspace = tape.workspace()) {
            A share = tape.guard(
                    "gradient of " + node.operation,
                    () -> edge.pull(node.operation, workspace, gradient.array),
                    node.shape);
            return memory.share(share, workspace, gradient);
        }
    }

    /** Takes over the reference to the share. */
    private void accumulate(Node<A> node, Storage<A> share) {
        Storage<A> before = gradients.get(node);
        if (before == null) {
            gradients.put(node, share);
            return;
        }
        try {
            Storage<A> sum = tape.compute(
                    "gradients", () -> tape.kernels().binary(Binary.ADD, before.array, share.array), node.shape);
            gradients.put(node, sum);
            before.release();
        } finally {
            share.release();
        }
    }

    private Tensor gradientOf(TapeTensor<A> input) {
        Storage<A> gradient = input.node() == null ? null : gradients.get(input.node());
        return tape.handle(
                gradient == null
                        ? tape.compute("gradients", () -> tape.kernels().full(input.shape(), 0, input.dtype()), input)
                        : gradient.retain(),
                null);
    }

    @Override
    public void close() {
        gradients.values().forEach(Storage::release);
        gradients.clear();
        reachable.forEach(Node::release);
        reachable = List.of();
    }
}
