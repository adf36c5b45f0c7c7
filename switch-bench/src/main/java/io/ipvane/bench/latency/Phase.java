// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

/**
 * One way to offer frames.
 *
 * @param rate frames a second, or 0: one in flight, the next when it is back
 * @param seconds for how long
 */
public record Phase(long rate, int seconds) {
    /** Most frames of one in flight a second that there is room for. */
    private static final int ONES_A_SECOND = 2_000_000;

    /** From its form on a command line, {@code RATE:SECONDS}. */
    static Phase parse(String text) {
        final int colon = text.indexOf(':');
        return new Phase(
                Long.parseLong(text.substring(0, colon)),
                Integer.parseInt(text.substring(colon + 1)));
    }

    /** As {@link #parse} takes it. */
    String argument() {
        return rate + ":" + seconds;
    }

    /** For people, and the scenario's name in results. */
    public String title() {
        if (rate == 0) {
            return "one in flight";
        }
        return rate % 1_000_000 == 0 ? rate / 1_000_000 + " Mpps" : rate / 1_000 + " kpps";
    }

    /** How many frames there can be. */
    int capacity() {
        return Math.toIntExact(seconds * (rate == 0 ? ONES_A_SECOND : rate));
    }
}
