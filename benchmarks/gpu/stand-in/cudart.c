/*
 * Stands in for CUDA's runtime where there is no GPU: device memory is the host's, copies copy, kernels do nothing and are
 * counted. What is not here build.sh adds as functions that return 0.
 *
 * In the environment:
 *   STAND_IN_COUNTERS=FILE  is kept up to date with the counts below, as eight-byte integers
 *   STAND_IN_KERNELS=FILE   gets the mangled name of every kernel that is started, a line each
 *   STAND_IN_BYTES=N        memory of the device; 80000000000 unless set
 *   STAND_IN_MAJOR=N        compute capability N.0; 8 unless set, as 9 takes attention to cuDNN, which is missing
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "driver_types.h"

static struct counters {
    int64_t allocations, to_device, to_host, within_device, kernels, waits, page_locked;
} private_counters, *counters = &private_counters;

static FILE *kernels;
static size_t taken; /* by blocks that are never given back, as LibTorch's allocator keeps them */

static size_t memory_size(void) {
    const char *wanted = getenv("STAND_IN_BYTES");
    return wanted ? strtoull(wanted, NULL, 10) : 80000000000;
}

static int major(void) {
    const char *wanted = getenv("STAND_IN_MAJOR");
    return wanted ? atoi(wanted) : 8;
}

__attribute__((constructor)) static void start(void) {
    const char *file = getenv("STAND_IN_COUNTERS");
    if (file) {
        int descriptor = open(file, O_RDWR | O_CREAT | O_TRUNC, 0666);
        if (descriptor >= 0 && ftruncate(descriptor, sizeof *counters) == 0) {
            counters = mmap(NULL, sizeof *counters, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
        }
    }
    file = getenv("STAND_IN_KERNELS");
    kernels = file ? fopen(file, "w") : NULL;
}

/* The device. */

int cudaGetDeviceCount(int *count) { *count = 1; return 0; }
int cudaGetDevice(int *device) { *device = 0; return 0; }
int cudaDriverGetVersion(int *version) { *version = 13010; return 0; }
int cudaRuntimeGetVersion(int *version) { *version = 13010; return 0; }

int cudaGetDeviceProperties(struct cudaDeviceProp *p, int device) {
    memset(p, 0, sizeof *p);
    strcpy(p->name, "stand-in for a GPU");
    p->totalGlobalMem = memory_size();
    p->major = major();
    p->multiProcessorCount = 132;
    p->warpSize = 32;
    p->maxThreadsPerBlock = p->maxThreadsDim[0] = p->maxThreadsDim[1] = 1024;
    p->maxThreadsDim[2] = 64;
    p->maxThreadsPerMultiProcessor = 2048;
    p->maxGridSize[0] = 2147483647;
    p->maxGridSize[1] = p->maxGridSize[2] = 65535;
    p->sharedMemPerBlock = 49152;
    p->sharedMemPerBlockOptin = 232448;
    p->sharedMemPerMultiprocessor = 233472;
    p->regsPerBlock = p->regsPerMultiprocessor = 65536;
    p->l2CacheSize = 52428800;
    p->textureAlignment = 512;
    return 0;
}

int cudaDeviceGetAttribute(int *value, enum cudaDeviceAttr attribute, int device) {
    struct cudaDeviceProp p;
    cudaGetDeviceProperties(&p, device);
    switch (attribute) {
    case cudaDevAttrMultiProcessorCount: *value = p.multiProcessorCount; break;
    case cudaDevAttrComputeCapabilityMajor: *value = p.major; break;
    case cudaDevAttrComputeCapabilityMinor: *value = p.minor; break;
    case cudaDevAttrMaxThreadsPerBlock: *value = p.maxThreadsPerBlock; break;
    case cudaDevAttrMaxThreadsPerMultiProcessor: *value = p.maxThreadsPerMultiProcessor; break;
    case cudaDevAttrWarpSize: *value = p.warpSize; break;
    case cudaDevAttrMaxSharedMemoryPerBlock: *value = p.sharedMemPerBlock; break;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin: *value = p.sharedMemPerBlockOptin; break;
    case cudaDevAttrMaxSharedMemoryPerMultiprocessor: *value = p.sharedMemPerMultiprocessor; break;
    default: *value = 1;
    }
    return 0;
}

/* Memory. */

int cudaMalloc(void **memory, size_t size) {
    counters->allocations++;
    if (taken + size > memory_size() || posix_memalign(memory, 512, size ? size : 1)) {
        return cudaErrorMemoryAllocation;
    }
    taken += size;
    memset(*memory, 0, size);
    return 0;
}
int cudaMallocAsync(void **memory, size_t size, void *stream) { return cudaMalloc(memory, size); }
int cudaFree(void *memory) { free(memory); return 0; }
int cudaFreeAsync(void *memory, void *stream) { free(memory); return 0; }
int cudaHostAlloc(void **memory, size_t size, unsigned flags) {
    counters->page_locked++;
    return posix_memalign(memory, 4096, size ? size : 1) ? cudaErrorMemoryAllocation : 0;
}
int cudaFreeHost(void *memory) { free(memory); return 0; }
int cudaMemGetInfo(size_t *available, size_t *total) {
    *total = memory_size();
    *available = *total - taken;
    return 0;
}

int cudaMemcpy(void *to, const void *from, size_t size, enum cudaMemcpyKind kind) {
    counters->to_device += kind == cudaMemcpyHostToDevice;
    counters->to_host += kind == cudaMemcpyDeviceToHost;
    counters->within_device += kind == cudaMemcpyDeviceToDevice;
    memcpy(to, from, size);
    return 0;
}
int cudaMemcpyAsync(void *to, const void *from, size_t size, enum cudaMemcpyKind kind, void *stream) {
    return cudaMemcpy(to, from, size, kind);
}
int cudaMemset(void *memory, int value, size_t size) { memset(memory, value, size); return 0; }
int cudaMemsetAsync(void *memory, int value, size_t size, void *stream) { memset(memory, value, size); return 0; }

int cudaPointerGetAttributes(struct cudaPointerAttributes *a, const void *memory) {
    memset(a, 0, sizeof *a);
    a->type = cudaMemoryTypeDevice;
    a->devicePointer = (void *) memory;
    return 0;
}
int cudaGetSymbolAddress(void **memory, const void *symbol) {
    static char somewhere[1 << 16];
    *memory = somewhere;
    return 0;
}

/* Streams and events: everything is done when the call returns. */

static int make(void **token) { *token = malloc(16); return 0; }
int cudaStreamCreateWithPriority(void **stream, unsigned flags, int priority) { return make(stream); }
int cudaStreamDestroy(void *stream) { free(stream); return 0; }
int cudaStreamGetPriority(void *stream, int *priority) { *priority = 0; return 0; }
int cudaStreamIsCapturing(void *stream, int *status) { *status = 0; return 0; }
int cudaStreamGetCaptureInfo(void *stream, int *status, ...) { *status = 0; return 0; }
int cudaStreamSynchronize(void *stream) { counters->waits++; return 0; }
int cudaDeviceSynchronize(void) { counters->waits++; return 0; }
int cudaDeviceGetStreamPriorityRange(int *least, int *greatest) { *least = 0; *greatest = -5; return 0; }
int cudaEventCreate(void **event) { return make(event); }
int cudaEventCreateWithFlags(void **event, unsigned flags) { return make(event); }
int cudaEventDestroy(void *event) { free(event); return 0; }
int cudaEventElapsedTime(float *milliseconds, void *from, void *to) { *milliseconds = 1; return 0; }

/* Kernels. */

enum { NAMES = 1 << 20 };
static struct name { const void *kernel; const char *name; } names[NAMES];

static struct name *place(const void *kernel) {
    size_t at = ((uintptr_t) kernel >> 4) % NAMES;
    while (names[at].kernel && names[at].kernel != kernel) {
        at = (at + 1) % NAMES;
    }
    return &names[at];
}

void **__cudaRegisterFatBinary(void *binary) { static void *handle[4]; return handle; }
void __cudaRegisterFunction(void **binary, const char *kernel, char *device, const char *name, ...) {
    *place(kernel) = (struct name) {kernel, name};
}
int __cudaGetKernel(void **kernel, const void *function) { *kernel = (void *) function; return 0; }
int __cudaPopCallConfiguration(void *grid, void *block, size_t *shared, void *stream) {
    memset(grid, 0, 12);
    memset(block, 0, 12);
    *shared = 0;
    *(void **) stream = NULL;
    return 0;
}

static int launched(const void *kernel) {
    counters->kernels++;
    if (kernels) {
        const char *name = place(kernel)->name;
        fprintf(kernels, "%s\n", name ? name : "?");
        fflush(kernels);
    }
    return 0;
}
int cudaLaunchKernel(const void *kernel, ...) { return launched(kernel); }
int __cudaLaunchKernel(const void *kernel, ...) { return launched(kernel); }
int cudaLaunchKernelExC(const void *configuration, const void *kernel, ...) { return launched(kernel); }

int cudaFuncGetAttributes(struct cudaFuncAttributes *a, const void *kernel) {
    memset(a, 0, sizeof *a);
    a->maxThreadsPerBlock = 1024;
    a->numRegs = 32;
    a->binaryVersion = a->ptxVersion = 10 * major();
    return 0;
}
int cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int *blocks, const void *kernel, ...) {
    *blocks = 2;
    return 0;
}

/* Functions of the driver, all of which succeed. */

static int succeeds(void) { return 0; }
int cudaGetDriverEntryPointByVersion(const char *name, void **function, unsigned v, uint64_t flags, int *status) {
    *function = (void *) succeeds;
    if (status) {
        *status = 0;
    }
    return 0;
}

const char *cudaGetErrorName(int error) { return "error"; }
const char *cudaGetErrorString(int error) { return error == cudaErrorMemoryAllocation ? "out of memory" : "an error"; }
