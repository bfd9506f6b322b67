package dev.mneme.infiniteformer;

import dev.mneme.infiniteformer.InfiniteFormerConfig.Backbone;
import dev.mneme.memory.MechanismContext;

/**
 * Sizes that all roles share.
 *
 * @param layers blocks with a memory of their own
 * @param dim width of rows
 * @param heads of the backbone's attention, and of the reads
 * @param longest tokens of the longest segment
 * @param shortTerm rows that attention sees of earlier segments; 0 in the standard form
 * @param transfer rows behind those, which are written next
 * @param queues whether rows that wait move on from segment to segment; otherwise each segment's replace the last one's
 */
record Sizes(int layers, int dim, int heads, int longest, int shortTerm, int transfer, boolean queues) {
    static Sizes of(InfiniteFormerConfig config, MechanismContext context) {
        int layers = context.backbone().layers();
        int dim = context.backbone().dim();
        int heads = context.backbone().heads();
        int longest = context.task().maxLength();
        if (config.backbone() == Backbone.STANDARD) {
            return new Sizes(layers, dim, heads, longest, 0, longest, false);
        }
        int shortTerm = config.shortTerm() == 0 ? longest : config.shortTerm();
        int transfer = config.transfer() == 0 ? longest : config.transfer();
        return new Sizes(layers, dim, heads, longest, shortTerm, transfer, true);
    }

    /** Rows of each layer that are kept until they are written. */
    int pending() {
        return shortTerm + transfer;
    }

    /**
     * How many rows the next write takes in.
     *
     * @param pending rows that wait
     * @param lastLength tokens of the last segment: without any, all that waits was written before
     */
    int writable(long pending, long lastLength) {
        return lastLength == 0 ? 0 : Math.toIntExact(Math.max(0, pending - shortTerm));
    }
}
