// SPDX-License-Identifier: Apache-2.0
package io.ipvane.oracle;

import java.util.SplittableRandom;

/** Chances and choices over a seeded generator. */
final class Draw {
    private final SplittableRandom random;

    Draw(long seed) {
        random = new SplittableRandom(seed);
    }

    /** True {@code percent} times out of a hundred. */
    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    /** From 0 to {@code most}. */
    int upTo(int most) {
        return random.nextInt(most + 1);
    }

    int between(int least, int most) {
        return least + upTo(most - least);
    }

    String word(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    int oneOf(int... choices) {
        return choices[random.nextInt(choices.length)];
    }

    long mac(long... choices) {
        return choices[random.nextInt(choices.length)];
    }

    byte[] bytes(int length) {
        final byte[] out = new byte[length];
        random.nextBytes(out);
        return out;
    }
}
