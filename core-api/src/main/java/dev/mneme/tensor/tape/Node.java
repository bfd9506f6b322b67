package dev.mneme.tensor.tape;

import dev.mneme.tensor.Shape;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How a tensor came to be. Tensor handles and the nodes of later results hold references; with the last one gone, or
 * when differentiation has consumed the node, everything saved for its pullbacks is released. Reference counts are
 * thread-safe, consumption belongs to one thread.
 */
final class Node<A> {
    private static final String LEAF = "variable";
    private static final AtomicLong CREATED = new AtomicLong();

    final String operation;
    final Shape shape;
    /** Grows with time: operands have lower ones than results. */
    final long order = CREATED.incrementAndGet();

    private final AtomicInteger references = new AtomicInteger(1);
    private final List<Node<A>> operands;
    private List<Edge<A>> edges;

    /** Starts with one reference. */
    Node(String operation, Shape shape, List<Edge<A>> edges) {
        this.operation = operation;
        this.shape = shape;
        this.edges = edges;
        this.operands = edges.stream().map(Edge::operand).toList();
    }

    static <A> Node<A> leaf(Shape shape) {
        return new Node<>(LEAF, shape, List.of());
    }

    boolean isLeaf() {
        return operation.equals(LEAF);
    }

    /** Empty for a leaf and for a consumed node. */
    List<Edge<A>> edges() {
        return edges;
    }

    List<Node<A>> operands() {
        return operands;
    }

    boolean isConsumed() {
        return edges.size() < operands.size();
    }

    Node<A> retain() {
        references.incrementAndGet();
        return this;
    }

    void release() {
        Deque<Node<A>> pending = new ArrayDeque<>();
        pending.push(this);
        releaseAll(pending);
    }

    /** Releases what the pullbacks needed: the node stays in its place, but no gradient passes it any more. */
    void consume() {
        edges.forEach(Edge::releaseSaved);
        edges = List.of();
    }

    // Iterative: graphs of recurrent models are deeper than the stack.
    private static <A> void releaseAll(Deque<Node<A>> pending) {
        while (!pending.isEmpty()) {
            Node<A> node = pending.pop();
            if (node.references.decrementAndGet() == 0) {
                node.consume();
                node.operands.forEach(pending::push);
            }
        }
    }
}
