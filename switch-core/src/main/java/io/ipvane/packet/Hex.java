// SPDX-License-Identifier: Apache-2.0
package io.ipvane.packet;

/** Hexadecimal digits of the ASCII set, and no others: {@link Character#digit} takes many more. */
final class Hex {
    private static final String DIGITS = "0123456789abcdef";

    private Hex() {}

    /** Value of a digit of either case, or -1. */
    static int digit(char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        final int lower = c | 0x20;
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }

    /** Digit of a value of 0 to 15. */
    static char character(int value) {
        return DIGITS.charAt(value);
    }
}
