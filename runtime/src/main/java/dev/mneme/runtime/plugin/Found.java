package dev.mneme.runtime.plugin;

import dev.mneme.memory.MemoryProvider;
import dev.mneme.task.TaskProvider;
import java.util.ArrayList;
import java.util.List;

/** What the class path has to offer, and what of it is refused; filled while it is searched. */
final class Found {
    final List<Extension<MemoryProvider<?>>> memories = new ArrayList<>();
    final List<Extension<TaskProvider<?>>> tasks = new ArrayList<>();
    final List<Rejected> rejected = new ArrayList<>();
}
