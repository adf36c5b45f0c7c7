// SPDX-License-Identifier: Apache-2.0
package io.ipvane.upcall;

/**
 * How often a port may have the conductor work for it: a number at once, and then so many a second.
 * One thread.
 */
public final class TokenBucket {
    private static final long SECOND = 1_000_000_000L;

    private final long interval;
    private final long most;

    /** Nanoseconds saved up; a token costs {@link #interval}. */
    private long saved;

    private long last;

    /**
     * A full bucket.
     *
     * @param burst tokens that it holds
     * @param perSecond tokens that it gains, 1 to 10^9
     * @param now nanoseconds of a clock that never runs back
     */
    public TokenBucket(int burst, int perSecond, long now) {
        interval = SECOND / perSecond;
        most = burst * interval;
        saved = most;
        last = now;
    }

    /** Takes a token; false where there is none. */
    public boolean take(long now) {
        saved = Math.min(most, saved + Math.min(now - last, most));
        last = now;
        if (saved < interval) {
            return false;
        }
        saved -= interval;
        return true;
    }
}
