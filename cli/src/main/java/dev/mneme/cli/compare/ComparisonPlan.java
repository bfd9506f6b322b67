package dev.mneme.cli.compare;

import java.util.List;

/**
 * A comparison with everything that is known before it runs.
 *
 * @param comparison as asked for
 * @param assignments settings of all that win over the comparison's
 * @param places rows of the table in order
 */
public record ComparisonPlan(Comparison comparison, List<String> assignments, List<PlannedPlace> places) {
    public ComparisonPlan {
        assignments = List.copyOf(assignments);
        places = List.copyOf(places);
    }
}
