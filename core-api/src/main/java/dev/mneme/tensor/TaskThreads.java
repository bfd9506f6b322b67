package dev.mneme.tensor;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs tasks at the same time, a new thread for each: it has no open scope and records gradients. */
final class TaskThreads {
    private TaskThreads() {}

    static void run(List<Runnable> tasks) {
        List<Task> running = new ArrayList<>();
        for (int i = 0; i < tasks.size(); i++) {
            Task task = new Task(tasks.get(i), "mneme-task-" + (i + 1));
            running.add(task);
            task.start();
        }
        boolean interrupted = false;
        for (Task task : running) {
            interrupted |= task.await();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        throwFirst(running.stream().map(task -> task.failure).toList());
    }

    private static void throwFirst(List<@Nullable Throwable> failures) {
        Throwable first = null;
        for (Throwable failure : failures) {
            if (first == null) {
                first = failure;
            } else if (failure != null) {
                first.addSuppressed(failure);
            }
        }
        if (first instanceof RuntimeException e) {
            throw e;
        }
        if (first instanceof Error e) {
            throw e;
        }
    }

    private static final class Task extends Thread {
        private final Runnable work;
        private @Nullable Throwable failure;

        Task(Runnable work, String name) {
            super(name);
            this.work = work;
        }

        @Override
        public void run() {
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                failure = e;
            }
        }

        /** Waits to the end even if interrupted: the task uses the caller's tensors. Returns whether it was. */
        boolean await() {
            boolean interrupted = false;
            while (true) {
                try {
                    join();
                    return interrupted;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
    }
}
