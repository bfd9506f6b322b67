/**
 * The Deeplearning4j engine for CPUs: forward kernels on libnd4j, the native library of ND4J, under the tape of
 * {@code dev.mneme.tensor.tape}. {@link dev.mneme.backend.nd4j.Nd4jInterop} carries INDArrays in and out;
 * {@code Nd4jKernels} shows which operation runs where.
 *
 * <p>Kernels call libnd4j directly instead of through INDArray: a small operation costs 1-4 microseconds instead of
 * 10-45, and every native byte is freed at once, also where JavaCPP's collection of forgotten pointers is switched off.
 * What libnd4j 1.0.0-M2.1 does slowly or wrongly runs in Java on the same memory.
 */
@org.jspecify.annotations.NullMarked
package dev.mneme.backend.nd4j;
