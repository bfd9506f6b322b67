package dev.mneme.infiniteformer;

/** The standard normal distribution, on the host. */
final class NormalDistribution {
    private static final double FAR = 8;

    private NormalDistribution() {}

    /** Probability of a value below z: Marsaglia's series (J. Stat. Soft. 11(4), 2004), exact to double precision. */
    static double below(double z) {
        if (z < -FAR) {
            return 0;
        }
        if (z > FAR) {
            return 1;
        }
        double sum = z;
        double term = z;
        double last = 0;
        for (int i = 3; sum != last; i += 2) {
            last = sum;
            term *= z * z / i;
            sum += term;
        }
        return 0.5 + sum * Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
    }
}
