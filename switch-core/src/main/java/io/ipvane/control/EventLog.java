// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;

/**
 * Says which events of a port may be logged: whoever owns its namespace, or is the guest behind it,
 * can cause thousands a second, and must not fill a disk or hide what others did. The first {@value
 * #EVENTS_A_SECOND} of a second pass, and {@value #TOTAL_A_SECOND} of all ports together; the
 * others are counted, and what is said of that is bounded too.
 *
 * <p>Conductor thread only.
 */
final class EventLog {
    static final int EVENTS_A_SECOND = 20;
    static final int TOTAL_A_SECOND = 200;

    /** Ports that are named, each in a line of its own, where events were held back. */
    static final int NAMED = 10;

    private final Logger log;
    private final Map<String, Integer> events = new HashMap<>();
    private final Map<String, Integer> suppressed = new HashMap<>();
    private int admitted;

    EventLog(Logger log) {
        this.log = log;
    }

    /** Counts an event of a port, given by its name; whether it may be logged. */
    boolean admits(String port) {
        if (events.merge(port, 1, Integer::sum) <= EVENTS_A_SECOND && admitted < TOTAL_A_SECOND) {
            admitted++;
            return true;
        }
        suppressed.merge(port, 1, Integer::sum);
        return false;
    }

    /** Logs how many were held back, and begins a new second. */
    void secondOver() {
        if (suppressed.size() <= NAMED) {
            suppressed.forEach(
                    (port, count) ->
                            log.warn("event=events_suppressed port={} count={}", port, count));
        } else {
            log.warn(
                    "event=events_suppressed ports={} count={}",
                    suppressed.size(),
                    suppressed.values().stream().mapToLong(Integer::longValue).sum());
        }
        events.clear();
        suppressed.clear();
        admitted = 0;
    }
}
