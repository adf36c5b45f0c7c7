// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Lists with one element put in or taken out; the order of the others stays. */
final class Elements {
    private Elements() {}

    /** Instead of the one that {@code same} finds, else behind the last. */
    static <T> List<T> put(List<T> all, Predicate<T> same, T element) {
        final List<T> result = new ArrayList<>(all);
        for (int i = 0; i < result.size(); i++) {
            if (same.test(result.get(i))) {
                result.set(i, element);
                return result;
            }
        }
        result.add(element);
        return result;
    }

    /** Without what {@code same} finds. */
    static <T> List<T> without(List<T> all, Predicate<T> same) {
        return all.stream().filter(same.negate()).toList();
    }
}
