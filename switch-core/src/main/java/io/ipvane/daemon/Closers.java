// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has been started, to be stopped in reverse. One that fails to stop is logged and does not
 * keep the others. One thread.
 */
final class Closers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Closers.class);

    private record Closer(String name, AutoCloseable what) {}

    private final Deque<Closer> closers = new ArrayDeque<>();

    /** Adds the part that was started last. */
    <T extends AutoCloseable> T add(String name, T part) {
        closers.push(new Closer(name, part));
        return part;
    }

    @Override
    public void close() {
        while (!closers.isEmpty()) {
            final Closer closer = closers.pop();
            try {
                closer.what().close();
            } catch (Exception e) {
                LOG.error("event=stop_failed part=\"{}\"", closer.name(), e);
            }
        }
    }
}
