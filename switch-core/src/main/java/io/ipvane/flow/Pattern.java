// SPDX-License-Identifier: Apache-2.0
package io.ipvane.flow;

import java.util.Arrays;

/** Bits that a key must have: no bit of the value is outside of the mask. One thread. */
final class Pattern {
    private final long[] values = new long[FlowKey.WORDS];
    private final long[] masks = new long[FlowKey.WORDS];

    Pattern() {}

    private Pattern(Pattern from) {
        System.arraycopy(from.values, 0, values, 0, values.length);
        System.arraycopy(from.masks, 0, masks, 0, masks.length);
    }

    /** The same, and more bits; null where the two contradict each other. */
    Pattern and(int word, long value, long mask) {
        final Pattern more = new Pattern(this);
        if (((values[word] ^ value) & masks[word] & mask) != 0) {
            return null;
        }
        more.values[word] |= value;
        more.masks[word] |= mask;
        return more;
    }

    /** The same, for frames that have something. */
    Pattern present(int bits) {
        return and(0, bits, bits);
    }

    long value(int word) {
        return values[word];
    }

    long mask(int word) {
        return masks[word];
    }

    /** The masks, to be compared by content. */
    Words masks() {
        return new Words(masks.clone());
    }

    /** The values, to be compared by content. */
    Words values() {
        return new Words(values.clone());
    }

    /** Words that are equal where their contents are. */
    static final class Words {
        final long[] words;

        Words(long[] words) {
            this.words = words;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Words that && Arrays.equals(words, that.words);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(words);
        }
    }
}
