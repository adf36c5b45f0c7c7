// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

/**
 * What a ratio is to reach.
 *
 * @param atLeast below it the target is missed; NaN: there is none, the ratio is for information
 * @param aim NaN: none beyond
 */
public record Target(double atLeast, double aim) {
    /** No target. */
    public static final Target NONE = new Target(Double.NaN, Double.NaN);

    /** At least this. */
    public static Target of(double atLeast) {
        return new Target(atLeast, Double.NaN);
    }

    /** At least this, better that. */
    public static Target of(double atLeast, double aim) {
        return new Target(atLeast, aim);
    }

    /** One or two words on a ratio; empty where there is no target. */
    String verdict(double ratio) {
        if (Double.isNaN(atLeast)) {
            return "";
        }
        if (ratio < atLeast) {
            return "missed";
        }
        return ratio >= aim ? "aim met" : "met";
    }

    @Override
    public String toString() {
        if (Double.isNaN(atLeast)) {
            return "-";
        }
        return ">= %.2f%s".formatted(atLeast, Double.isNaN(aim) ? "" : " (%.2f)".formatted(aim));
    }
}
