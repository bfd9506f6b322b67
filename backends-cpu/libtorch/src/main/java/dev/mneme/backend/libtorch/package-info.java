/**
 * The LibTorch engine: PyTorch's C++ library through JavaCPP. Start with
 * {@link dev.mneme.backend.libtorch.TorchBackend}, or let Guice find
 * {@link dev.mneme.backend.libtorch.LibTorchModule}.
 *
 * <p>A {@link dev.mneme.backend.libtorch.TorchTensor} owns exactly one native tensor handle; LibTorch itself counts who
 * shares a buffer and records the graph. Every other native object is closed before the method that made it returns,
 * or is a cached constant. Use counts keep a handle alive while an operation runs on it, so that closing a tensor on
 * another thread at the wrong moment gives an exception, never a crash.
 */
@org.jspecify.annotations.NullMarked
package dev.mneme.backend.libtorch;
