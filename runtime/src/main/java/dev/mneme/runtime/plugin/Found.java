package dev.mneme.runtime.plugin;

import dev.mneme.memory.MemoryProvider;
import dev.mneme.task.TaskProvider;
import java.util.ArrayList;
import java.util.List;

/** What one place has to offer, or has refused, collected on the way. */
final class Found {
    final List<Extension<MemoryProvider<?>>> memories = new ArrayList<>();
    final List<Extension<TaskProvider<?>>> tasks = new ArrayList<>();
    final List<Rejected> rejected = new ArrayList<>();

    void addAll(Found other) {
        memories.addAll(other.memories);
        tasks.addAll(other.tasks);
        rejected.addAll(other.rejected);
    }
}
