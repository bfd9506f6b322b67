package dev.mneme.tensor;

/** An open period without gradient recording on this thread; closing it restores what was before. */
public interface GradientMode extends AutoCloseable {
    @Override
    void close();
}
