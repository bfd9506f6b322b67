package dev.mneme.tensor;

/**
 * Memory of a device, as its allocator counts it, of everything this process computes there.
 *
 * @param allocatedBytes in use now
 * @param peakAllocatedBytes most that was in use at any time
 * @param reservedBytes taken from the device now, in use or kept for reuse
 * @param peakReservedBytes most that was taken at any time
 */
public record DeviceMemory(long allocatedBytes, long peakAllocatedBytes, long reservedBytes, long peakReservedBytes) {}
