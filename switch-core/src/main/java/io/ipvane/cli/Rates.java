// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What counters did a second between the last two looks at them. */
final class Rates {
    private Map<String, JsonNode> before = Map.of();
    private Map<String, JsonNode> now = Map.of();
    private long nanosBefore;
    private long nanosNow;

    /**
     * Takes the next look.
     *
     * @param rows objects with name and role
     * @param nanos when, by {@link System#nanoTime()}
     */
    void next(JsonNode rows, long nanos) {
        before = now;
        nanosBefore = nanosNow;
        now = new HashMap<>();
        rows.forEach(row -> now.put(id(row), row));
        nanosNow = nanos;
    }

    /** A counter of one row per second, rounded; empty at the first look. */
    String of(JsonNode row, String counter) {
        final JsonNode old = before.get(id(row));
        if (old == null) {
            return "";
        }
        final long counted = row.path(counter).asLong() - old.path(counter).asLong();
        final double seconds = (nanosNow - nanosBefore) / (double) TimeUnit.SECONDS.toNanos(1);
        return Long.toString(Math.round(counted / seconds));
    }

    private static String id(JsonNode row) {
        return row.path("role").asText() + "/" + row.path("name").asText();
    }
}
