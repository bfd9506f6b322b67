package dev.mneme.backend.libtorch;

import dev.mneme.tensor.AdamWStep;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.TensorList;
import org.bytedeco.pytorch.TensorVector;

/**
 * LibTorch's fused AdamW: one pass over value, gradient and both moments of all parameters. The binding has no method
 * for it, so it is called by name through the dispatcher.
 */
final class FusedAdamW {
    private static final String OPERATION = "adamW";
    private static final OperatorHandle KERNEL =
            Constants.kept(Dispatcher.singleton().findSchemaOrThrow("aten::_fused_adamw_", ""));

    private FusedAdamW() {}

    /** Applies the step, or returns false if a tensor is laid out in a way the kernel cannot take. */
    static boolean apply(TorchBackend backend, AdamWStep step) {
        try (Borrowed values = new Borrowed(OPERATION, step.parameters());
                Borrowed gradients = new Borrowed(OPERATION, step.gradients());
                Borrowed first = new Borrowed(OPERATION, step.firstMoments());
                Borrowed second = new Borrowed(OPERATION, step.secondMoments())) {
            requireParallel(step);
            if (!dense(values) || !dense(first) || !dense(second)) {
                return false;
            }
            boolean recording = GradMode.is_enabled();
            GradMode.set_enabled(false);
            try {
                for (Map.Entry<Group, List<Integer>> group : groups(step).entrySet()) {
                    update(backend, step, group.getKey(), group.getValue(), values, gradients, first, second);
                }
                return true;
            } catch (RuntimeException e) {
                throw Failures.translate(OPERATION, e, values.tensors());
            } finally {
                GradMode.set_enabled(recording);
                values.tensors().forEach(NativeHandle::forgetNarrowCopy);
            }
        }
    }

    /** The kernel takes one decay and one element type at a time. */
    private record Group(double decay, DType dtype) {}

    private static Map<Group, List<Integer>> groups(AdamWStep step) {
        Map<Group, List<Integer>> groups = new LinkedHashMap<>();
        for (int i = 0; i < step.parameters().size(); i++) {
            Group group =
                    new Group(step.decays().get(i), step.parameters().get(i).dtype());
            groups.computeIfAbsent(group, g -> new ArrayList<>()).add(i);
        }
        return groups;
    }

    private static void update(
            TorchBackend backend,
            AdamWStep step,
            Group group,
            List<Integer> members,
            Borrowed values,
            Borrowed gradients,
            Borrowed first,
            Borrowed second) {
        // Everything native made here is a small argument object and ends with the scope.
        try (Tensor stepCount = backend.full(Shape.scalar(), step.step(), DType.F32);
                Borrowed count = new Borrowed(OPERATION, List.of(stepCount));
                PointerScope arguments = new PointerScope()) {
            List<org.bytedeco.pytorch.Tensor> scaled = members.stream()
                    .map(i -> scaled(gradients.handle(i), step.gradientScale()))
                    .toList();
            IValueVector stack = new IValueVector(
                    list(handles(members, values)),
                    list(scaled),
                    list(handles(members, first)),
                    list(handles(members, second)),
                    list(List.of()),
                    list(Collections.nCopies(members.size(), count.handle(0))),
                    new IValue(step.learningRate()),
                    new IValue(step.beta1()),
                    new IValue(step.beta2()),
                    new IValue(group.decay()),
                    new IValue(step.epsilon()),
                    new IValue(false),
                    new IValue(false),
                    new IValue(),
                    new IValue());
            KERNEL.callBoxed(stack);
        }
    }

    private static List<org.bytedeco.pytorch.Tensor> handles(List<Integer> members, Borrowed tensors) {
        return members.stream().map(tensors::handle).toList();
    }

    /** The kernel reads plain memory and could scale only by overwriting the gradient. */
    private static org.bytedeco.pytorch.Tensor scaled(org.bytedeco.pytorch.Tensor gradient, double scale) {
        org.bytedeco.pytorch.Tensor dense = gradient.contiguous();
        return scale == 1 ? dense : Constants.withScalar(scale, dense::mul);
    }

    private static IValue list(List<org.bytedeco.pytorch.Tensor> tensors) {
        TensorVector vector = new TensorVector(tensors.toArray(org.bytedeco.pytorch.Tensor[]::new));
        // c10::List<Tensor> and the generic list are the same object natively; only the latter fits an IValue.
        return new IValue(new GenericList((Pointer) new TensorList(vector)));
    }

    private static boolean dense(Borrowed tensors) {
        for (TorchTensor tensor : tensors.tensors()) {
            if (!tensor.borrowed().is_contiguous()) {
                return false;
            }
        }
        return true;
    }

    private static void requireParallel(AdamWStep step) {
        int count = step.parameters().size();
        for (List<?> list : List.of(step.gradients(), step.firstMoments(), step.secondMoments(), step.decays())) {
            if (list.size() != count) {
                throw Failures.shape(OPERATION, "lists of " + count + " entries, one per parameter", list.size());
            }
        }
        for (int i = 0; i < count; i++) {
            Tensor value = step.parameters().get(i);
            for (Tensor other : List.of(
                    step.gradients().get(i),
                    step.firstMoments().get(i),
                    step.secondMoments().get(i))) {
                if (!other.shape().equals(value.shape())) {
                    throw Failures.shape(OPERATION, "the parameter's shape " + value.shape(), other.shape());
                }
                if (other.dtype() != value.dtype()) {
                    throw Failures.dtype(OPERATION, "the parameter's type " + value.dtype(), other.dtype());
                }
            }
        }
    }
}
