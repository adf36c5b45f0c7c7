// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;

/**
 * Says which events of a port may be logged: whoever owns its namespace can change an interface
 * thousands of times a second, and must not fill a disk or hide what others did. The first {@value
 * #EVENTS_A_SECOND} of a second pass, the others are counted.
 *
 * <p>Conductor thread only.
 */
final class EventLog {
    static final int EVENTS_A_SECOND = 20;

    private final Logger log;
    private final Map<String, Integer> events = new HashMap<>();

    EventLog(Logger log) {
        this.log = log;
    }

    /** Counts an event of a port, given by its name; whether it may be logged. */
    boolean admits(String port) {
        return events.merge(port, 1, Integer::sum) <= EVENTS_A_SECOND;
    }

    /** Logs how many were held back, and begins a new second. */
    void secondOver() {
        events.forEach(
                (port, count) -> {
                    if (count > EVENTS_A_SECOND) {
                        log.warn(
                                "event=events_suppressed port={} count={}",
                                port,
                                count - EVENTS_A_SECOND);
                    }
                });
        events.clear();
    }
}
