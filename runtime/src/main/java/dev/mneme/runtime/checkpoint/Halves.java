package dev.mneme.runtime.checkpoint;

/** The bits of 16-bit floats; Java 17 has no conversion of its own. */
final class Halves {
    private Halves() {}

    static float fromBfloat16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** For values that are bfloat16 already: the lower half is zero. */
    static short toBfloat16(float value) {
        return (short) (Float.floatToRawIntBits(value) >>> 16);
    }

    static float fromFloat16(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = (bits >>> 10) & 0x1f;
        int fraction = bits & 0x3ff;
        if (exponent == 0x1f) {
            return Float.intBitsToFloat(sign | 0x7f800000 | fraction << 13);
        }
        if (exponent == 0) {
            float magnitude = fraction * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        return Float.intBitsToFloat(sign | (exponent + 112) << 23 | fraction << 13);
    }

    /** For values that are float16 already: no rounding. */
    static short toFloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = (bits >>> 16) & 0x8000;
        int exponent = ((bits >>> 23) & 0xff) - 112;
        int fraction = bits & 0x7fffff;
        if (exponent == 0xff - 112) {
            return (short) (sign | 0x7c00 | fraction >>> 13);
        }
        if (exponent <= 0) {
            return (short) (sign | Math.round(Math.abs(value) * 0x1p24f));
        }
        return (short) (sign | exponent << 10 | fraction >>> 13);
    }
}
