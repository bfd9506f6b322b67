package dev.mneme.tck;

import java.util.List;
import java.util.stream.Stream;

/** All operations of the tensor SPI. Adding an operation is adding a line to one of the tables. */
final class OperationCases {
    private OperationCases() {}

    static List<OperationCase> all() {
        return Stream.of(
                        ElementwiseCases.all(),
                        ReductionCases.all(),
                        ShapingCases.all(),
                        IndexingCases.all(),
                        ProductCases.all(),
                        CompositeCases.all())
                .flatMap(List::stream)
                .toList();
    }
}
