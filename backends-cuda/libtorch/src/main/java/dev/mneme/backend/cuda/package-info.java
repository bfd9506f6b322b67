/**
 * The LibTorch engine on NVIDIA GPUs. Start with {@link dev.mneme.backend.cuda.LibTorchCudaEngineProvider}. All tensor
 * code is that of {@code dev.mneme.backend.libtorch}; here is what differs: whether a GPU can be used and why not
 * ({@link dev.mneme.backend.cuda.CudaDiagnosis}), and the device with its precisions, staging memory and allocator
 * ({@link dev.mneme.backend.cuda.CudaDevice}). The natives are another artifact,
 * {@code mneme-backend-cuda-libtorch-natives}; without them the engine says so and nothing else is affected.
 */
@org.jspecify.annotations.NullMarked
package dev.mneme.backend.cuda;
