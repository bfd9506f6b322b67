package dev.mneme.backend.libtorch;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Errors in the words of the tensor SPI. */
final class Failures {
    private static final Pattern OUT_OF_MEMORY = Pattern.compile("allocat|out of memory|bad_alloc");
    private static final Pattern ABOUT_TYPES = Pattern.compile("dtype|scalar type|datatype|type promotion");
    private static final Pattern ABOUT_SHAPES = Pattern.compile(
            "shape|size|dim|rank|broadcast|index|indices|bound|range|length|elements|expand|view|stack");

    private Failures() {}

    static MnemeException shape(String operation, String expected, Object... found) {
        String shapes = Arrays.stream(found).map(Object::toString).collect(Collectors.joining(" and "));
        return new MnemeException(ErrorCode.SHAPE_MISMATCH, operation + ": expected " + expected + ", got " + shapes);
    }

    static MnemeException dtype(String operation, String expected, Object... found) {
        String types = Arrays.stream(found).map(Object::toString).collect(Collectors.joining(" and "));
        return new MnemeException(ErrorCode.DTYPE_MISMATCH, operation + ": expected " + expected + ", got " + types);
    }

    static MnemeException closed(String operation) {
        return new MnemeException(
                ErrorCode.TENSOR_CLOSED,
                operation + ": the tensor was closed, by itself or with its scope; keep it with TensorScope.keep");
    }

    /** What LibTorch threw, or what was already said in our own words. */
    static MnemeException translate(String operation, RuntimeException e, List<? extends TorchTensor> operands) {
        if (e instanceof MnemeException known) {
            return known;
        }
        String reason = reason(e);
        if (OUT_OF_MEMORY.matcher(reason.toLowerCase(Locale.ROOT)).find()) {
            return new MnemeException(
                    ErrorCode.MEMORY_EXHAUSTED,
                    operation + " of " + describe(operands) + ": " + withoutAdvice(reason)
                            + " Smaller batches and shorter segments need less memory; so does memory replay in training",
                    e);
        }
        return new MnemeException(
                code(reason.toLowerCase(Locale.ROOT), operands),
                operation + " of " + describe(operands) + ": " + reason,
                e);
    }

    private static ErrorCode code(String reason, List<? extends TorchTensor> operands) {
        boolean mixed = operands.stream()
                        .map(TorchTensor::dtype)
                        .filter(DType::isFloating)
                        .distinct()
                        .count()
                > 1;
        if (mixed || ABOUT_TYPES.matcher(reason).find()) {
            return ErrorCode.DTYPE_MISMATCH;
        }
        return ABOUT_SHAPES.matcher(reason).find() ? ErrorCode.SHAPE_MISMATCH : ErrorCode.ENGINE_FAILED;
    }

    /** LibTorch's own sentence without the C++ stack trace below it. */
    private static String reason(RuntimeException e) {
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        int trace = message.indexOf("\nException raised from");
        return (trace < 0 ? message : message.substring(0, trace)).strip();
    }

    /** What LibTorch advises are settings of Python's. */
    private static String withoutAdvice(String reason) {
        int advice = reason.indexOf("If reserved but unallocated");
        String kept = (advice < 0 ? reason : reason.substring(0, advice)).strip();
        return kept.endsWith(".") ? kept : kept + ".";
    }

    private static String describe(List<? extends TorchTensor> operands) {
        if (operands.isEmpty()) {
            return "no tensors";
        }
        return operands.stream().map(Failures::describe).collect(Collectors.joining(" and "));
    }

    private static String describe(TorchTensor tensor) {
        Shape shape = tensor.shape();
        return tensor.dtype() + " " + shape;
    }
}
