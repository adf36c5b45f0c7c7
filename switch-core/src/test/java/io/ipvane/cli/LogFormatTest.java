// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import io.ipvane.daemon.QueuedAppender;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

/** What logback.xml makes of events: one line each, whatever is in them. */
class LogFormatTest {
    @Test
    void shouldWriteOneLineAnEventWithQuotesEscaped() throws Exception {
        final ByteArrayOutputStream captured = new ByteArrayOutputStream();
        final LoggerContext context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());
        final JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(getClass().getResource("/logback.xml"));
        final QueuedAppender stdout =
                (QueuedAppender) context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("stdout");
        stdout.stop();
        stdout.setOut(captured);
        stdout.start();
        final Logger log = context.getLogger("io.ipvane.daemon.Main");
        log.info("uplink \"wan0\"\nis up");
        log.debug("not worth a line");
        log.error("failed", new IllegalStateException("two\nlines, \"quoted\""));
        context.getLogger("io.helidon.webserver").info("chatter");
        context.stop();

        final List<String> lines = captured.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals(2, lines.size(), () -> String.join("\n", lines));
        assertTrue(
                lines.get(0)
                        .matches(
                                "ts=\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z level=INFO"
                                        + " logger=Main msg=\"uplink \\\\\"wan0\\\\\" \\| is up\""),
                lines.get(0));
        assertTrue(
                lines.get(1)
                        .contains(
                                " level=ERROR logger=Main msg=\"failed\""
                                        + " ex=\"java.lang.IllegalStateException: two | lines,"
                                        + " \\\"quoted\\\" | at io.ipvane.cli.LogFormatTest."),
                lines.get(1));
    }
}
