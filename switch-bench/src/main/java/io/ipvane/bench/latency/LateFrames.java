// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import io.ipvane.bench.latency.Measurement.Late;
import java.util.ArrayList;
import java.util.List;

/** Gathers late frames by the millisecond in which they were due; frames come in that order. */
final class LateFrames {
    private final List<Late> windows = new ArrayList<>();
    private long window = -1;
    private long worst;
    private int frames;

    /**
     * @param due offset, never less than the one before
     */
    void add(long due, long latency) {
        if (latency < Measurement.LATE_NANOS) {
            return;
        }
        final long at = due / Measurement.WINDOW_NANOS;
        if (at != window) {
            end();
            window = at;
        }
        worst = Math.max(worst, latency);
        frames++;
    }

    private void end() {
        if (frames > 0) {
            windows.add(new Late(window * Measurement.WINDOW_NANOS, worst, frames));
        }
        worst = 0;
        frames = 0;
    }

    /** All of them; nothing may be added afterwards. */
    List<Late> windows() {
        end();
        return windows;
    }
}
