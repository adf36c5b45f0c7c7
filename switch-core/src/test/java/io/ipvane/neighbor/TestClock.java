// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import java.util.function.LongSupplier;

/** Time that passes when the test says so; starts just before a 64-bit clock wraps. */
final class TestClock implements LongSupplier {
    private long now = Long.MAX_VALUE - 1_500_000_000L;

    @Override
    public long getAsLong() {
        return now;
    }

    void advanceMillis(long millis) {
        now += millis * 1_000_000L;
    }
}
