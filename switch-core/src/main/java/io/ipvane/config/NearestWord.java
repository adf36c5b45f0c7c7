// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** "Did you mean": the known word that a mistyped one most likely stands for. */
public final class NearestWord {
    private NearestWord() {}

    /**
     * The known word with the smallest edit distance to {@code word}, case ignored; empty where
     * even that one would need changes in more than half of its letters.
     */
    public static Optional<String> of(String word, Collection<String> known) {
        final String lower = word.toLowerCase(Locale.ROOT);
        return known.stream()
                .min(Comparator.comparingInt(k -> distance(lower, k.toLowerCase(Locale.ROOT))))
                .filter(k -> distance(lower, k.toLowerCase(Locale.ROOT)) * 2 <= k.length());
    }

    /** What a refusal of an unknown name says behind it; {@code kind} in the plural. */
    static String hint(String word, String kind, Collection<String> known) {
        return of(word, known)
                .map(near -> "did you mean '" + near + "'?")
                .orElse(
                        known.isEmpty()
                                ? "there are no " + kind
                                : kind + " are " + String.join(", ", known));
    }

    /** Levenshtein distance: letters to insert, delete or replace. */
    private static int distance(String a, String b) {
        int[] above = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            final int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                final int replace = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replace, Math.min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[b.length()];
    }
}
