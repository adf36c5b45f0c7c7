// SPDX-License-Identifier: Apache-2.0
package io.ipvane.burst;

import io.ipvane.counters.PortCounter;
import java.util.Locale;

/**
 * Why a frame went nowhere. Each feature has an enum of its reasons, which are one list for
 * metrics, command line, captures and code: added to, never renamed. {@link DropReasons} numbers
 * them.
 */
public interface DropReason {
    /** The name of the constant, for example {@code RING_FULL}. */
    String name();

    /** One sentence for a reader. */
    String sentence();

    /** What a row and a message say instead of the reason: 0 or more, the same until the end. */
    int number();

    /** The name in metrics, JSON and on the command line, for example {@code ring_full}. */
    default String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Its column in a row of counters. */
    default int column() {
        return PortCounter.COUNT + number();
    }
}
