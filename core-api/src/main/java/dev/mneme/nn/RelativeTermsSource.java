package dev.mneme.nn;

import dev.mneme.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the {@link RelativeTerms} of all layers of a model. */
public abstract class RelativeTermsSource extends Module {
    protected RelativeTermsSource(ModuleContext context) {
        super(context);
    }

    /**
     * Terms of one segment, in the caller's scope.
     *
     * @param distances D, how many are needed
     * @param earlier how many rows of earlier segments each stream sees, (batch), I64; null when there are none
     * @return one for each layer
     */
    public abstract List<RelativeTerms> of(int distances, @Nullable Tensor earlier, Pass pass);
}
