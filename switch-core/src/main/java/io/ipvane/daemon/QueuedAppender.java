// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.encoder.Encoder;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;

/**
 * The log: one line an event on stdout, past a {@link BoundedOutput}. Threads that forward, conduct
 * or answer requests must not wait for whoever reads the log. Named in {@code logback.xml}.
 */
public final class QueuedAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {
    /** At the end, for what is still under way. */
    private static final long DRAIN_MILLIS = 1_000;

    private OutputStream out = new FileOutputStream(FileDescriptor.out);
    private Encoder<ILoggingEvent> encoder;
    private BoundedOutput output;

    /** Makes lines of events; called by logback. */
    public void setEncoder(Encoder<ILoggingEvent> encoder) {
        this.encoder = encoder;
    }

    /** Where lines go from the next {@link #start} on, if not to the process's stdout. */
    public void setOut(OutputStream out) {
        this.out = out;
    }

    @Override
    public void start() {
        output = new BoundedOutput("log", out, this::droppedLine);
        // Whoever only asks ends without stopping anything.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> output.drain(DRAIN_MILLIS)));
        super.start();
    }

    private byte[] droppedLine(long lines) {
        final LoggingEvent event =
                new LoggingEvent(
                        getClass().getName(),
                        ((LoggerContext) getContext()).getLogger(QueuedAppender.class),
                        Level.WARN,
                        "event=log_dropped lines={} reason=\"nobody reads the log\"",
                        null,
                        new Object[] {lines});
        return encoder.encode(event);
    }

    @Override
    protected void append(ILoggingEvent event) {
        output.offer(encoder.encode(event));
    }

    @Override
    public void stop() {
        if (isStarted()) {
            super.stop();
            output.drain(DRAIN_MILLIS);
        }
    }
}
