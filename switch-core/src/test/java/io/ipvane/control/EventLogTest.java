// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** How much may be said of ports, each and together. */
class EventLogTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger(EventLogTest.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final EventLog events = new EventLog(logger);

    @BeforeEach
    void listen() {
        logger.setAdditive(false);
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(lines);
        logger.setAdditive(true);
    }

    private int admitted(String port, int count) {
        int admitted = 0;
        for (int i = 0; i < count; i++) {
            admitted += events.admits(port) ? 1 : 0;
        }
        return admitted;
    }

    private List<String> said() {
        lines.list.clear();
        events.secondOver();
        return lines.list.stream().map(ILoggingEvent::getFormattedMessage).sorted().toList();
    }

    @Test
    void shouldAdmitSoManyEventsOfAPortASecond() {
        assertEquals(EventLog.EVENTS_A_SECOND, admitted("a", 100));
        assertEquals(1, admitted("b", 1));
        assertEquals(List.of("event=events_suppressed port=a count=80"), said());
        assertEquals(List.of(), said());
        assertTrue(events.admits("a"));
    }

    @Test
    void shouldAdmitSoManyEventsOfAllPortsTogether() {
        int admitted = 0;
        for (int port = 0; port < 10_000; port++) {
            admitted += admitted("p" + port, 3);
        }
        assertEquals(EventLog.TOTAL_A_SECOND, admitted);
        assertFalse(events.admits("new"));
        final long count = 30_001 - EventLog.TOTAL_A_SECOND;
        final int silent = 10_001 - EventLog.TOTAL_A_SECOND / 3;
        assertEquals(
                List.of("event=events_suppressed ports=" + silent + " count=" + count), said());
        assertTrue(events.admits("new"));
    }

    @Test
    void shouldNameAFewPortsThatHaveSaidTooMuch() {
        for (int port = 0; port < EventLog.NAMED; port++) {
            admitted("p" + port, EventLog.EVENTS_A_SECOND + 1);
        }
        assertEquals(EventLog.NAMED, said().size());
    }
}
