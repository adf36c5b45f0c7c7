// SPDX-License-Identifier: Apache-2.0
package io.ipvane.ipvlan;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Configuration words that stand for the constants of an enum: their names in lower case. */
final class Words {
    private Words() {}

    /** The constant whose lower-case name is exactly {@code word}, or a refusal naming them all. */
    static <E extends Enum<E>> E parse(String what, Class<E> type, String word) {
        for (E constant : type.getEnumConstants()) {
            if (constant.name().toLowerCase(Locale.ROOT).equals(word)) {
                return constant;
            }
        }
        throw new IllegalArgumentException(
                what
                        + " '"
                        + word
                        + "' is unknown; choose one of "
                        + Arrays.stream(type.getEnumConstants())
                                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", ")));
    }
}
