package dev.mneme.tck.memory;

import dev.mneme.memory.MemoryView;
import dev.mneme.memory.MemoryView.Axis;
import dev.mneme.memory.MemoryView.Kind;
import dev.mneme.memory.MemoryView.Panel;
import dev.mneme.memory.Written;
import dev.mneme.tck.TestEngine;
import dev.mneme.tensor.Tensor;
import java.util.List;
import java.util.stream.Stream;

/** Memories that do something when they are looked at, or show what cannot be shown. */
record BrokenViews(List<TestEngine> engines) {
    Stream<BrokenMemory> broken() {
        return Stream.of(
                faulty(
                        "the writer writes more when somebody looks",
                        Changes.ofWrite((right, trace, state, pass) -> {
                            Written written = right.write(trace, state, pass);
                            Tensor slots = written.next().get(SlotMemory.SLOTS);
                            return pass.observer() == null
                                    ? written
                                    : new Written(
                                            written.next().with(SlotMemory.SLOTS, slots.add(1)), written.losses());
                        }),
                        "segment 0 while somebody looks, next state entry slots"),
                faulty(
                        "views keep a copy of the slots",
                        Changes.ofViews(seen -> {
                            Tensor copy =
                                    seen.after().get(SlotMemory.SLOTS).add(0).unscoped();
                            return List.of(view(new float[(int) copy.shape().elements()]));
                        }),
                        "views leave 1 tensors behind"),
                faulty(
                        "views write into the state",
                        Changes.ofViews(seen -> {
                            Tensor slots = seen.after().get(SlotMemory.SLOTS);
                            slots.assign(slots.mul(2));
                            return List.of();
                        }),
                        "after views, the state behind the segment, entry slots"),
                faulty(
                        "a view divides by nothing",
                        Changes.ofViews(seen -> List.of(view(new float[] {0f / 0f}))),
                        "view 'Slots', panel 'layer 1': value NaN in row 0, column 0"),
                faulty(
                        "a view names its panel after the segment",
                        Changes.ofViews(seen -> List.of(new MemoryView(
                                "Slots",
                                "Age.",
                                Kind.TIMELINE,
                                Axis.labelled("numbers", List.of("age")),
                                Axis.now(),
                                List.of(new Panel(
                                        "segment "
                                                + seen.after()
                                                        .get(SlotMemory.AGE)
                                                        .toLongs()[0],
                                        new float[1]))))),
                        "view 'Slots' was [TIMELINE, Age., [segment 1]] and is [TIMELINE, Age., [segment 2]]"));
    }

    private static MemoryView view(float[] values) {
        return new MemoryView(
                "Slots",
                "All there is.",
                Kind.LINES,
                Axis.labelled("slots", List.of("all")),
                Axis.range("numbers", 1, values.length, values.length),
                List.of(new Panel("layer 1", values)));
    }

    private BrokenMemory faulty(String fault, Fault how, String seen) {
        return BrokenMemory.of(engines, Rule.VIEWS, fault, how, MemoryContract::lookingChangesNothing, seen);
    }
}
