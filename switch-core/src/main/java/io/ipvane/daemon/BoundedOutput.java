// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

/**
 * Lines on their way to a stream that may be stuck: a pipe that nobody reads, a terminal that was
 * stopped. Whoever has something to say never waits; what finds no room is dropped and counted, and
 * the count is written as soon as there is room again. Any thread; one of its own writes.
 */
final class BoundedOutput {
    /** Bytes that may wait: tens of thousands of lines. */
    static final int ROOM = 4 << 20;

    /** Of one line; what is longer is cut. */
    static final int LONGEST = 16 << 10;

    private static final long LOOK_MILLIS = 5;

    private final LinkedBlockingQueue<byte[]> lines = new LinkedBlockingQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong dropped = new AtomicLong();
    private final OutputStream to;
    private final LongFunction<byte[]> droppedLine;

    /**
     * @param name of the thread
     * @param droppedLine what to write when lines were dropped, from their number
     */
    BoundedOutput(String name, OutputStream to, LongFunction<byte[]> droppedLine) {
        this.to = to;
        this.droppedLine = droppedLine;
        Thread.ofPlatform().name(name).daemon().start(this::write);
    }

    /** Takes a line with its end, or drops it. */
    void offer(byte[] line) {
        final byte[] bytes = line.length <= LONGEST ? line : cut(line);
        if (waiting.addAndGet(bytes.length) > ROOM) {
            waiting.addAndGet(-bytes.length);
            dropped.incrementAndGet();
        } else {
            lines.add(bytes);
        }
    }

    private static byte[] cut(byte[] line) {
        final byte[] bytes = new byte[LONGEST];
        System.arraycopy(line, 0, bytes, 0, LONGEST - 1);
        bytes[LONGEST - 1] = '\n';
        return bytes;
    }

    /** Waits until everything is written, but no longer than that. */
    void drain(long milliseconds) {
        final long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
        try {
            while ((waiting.get() > 0 || dropped.get() > 0) && System.nanoTime() - end < 0) {
                Thread.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write() {
        try {
            while (true) {
                final byte[] line = lines.take();
                put(line);
                waiting.addAndGet(-line.length);
                final long lost = lines.isEmpty() ? dropped.getAndSet(0) : 0;
                if (lost > 0) {
                    put(droppedLine.apply(lost));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A reader that has gone takes no lines, and there is nobody who could be told. */
    private void put(byte[] line) {
        try {
            to.write(line);
            to.flush();
        } catch (IOException e) {
            dropped.incrementAndGet();
        }
    }
}
