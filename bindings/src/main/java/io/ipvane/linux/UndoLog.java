// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How to take back what has been done so far: every step adds its own undo, {@link #close} runs
 * them, last first. An undo that fails does not keep the others from running. One thread.
 *
 * <pre>{@code
 * try (UndoLog undo = new UndoLog()) {
 *     fd = open();
 *     undo.add(() -> close(fd));
 *     configure(fd);          // throws: fd is closed
 *     undo.forget();          // all done: nothing is taken back
 * }
 * }</pre>
 */
final class UndoLog implements AutoCloseable {
    private final Deque<Runnable> undos = new ArrayDeque<>();

    /** Registers the undo of a step that has just been done. */
    void add(Runnable undo) {
        undos.push(undo);
    }

    /** Keeps what was done. */
    void forget() {
        undos.clear();
    }

    /** Moves all undos to another log, which will run them. */
    void moveTo(UndoLog other) {
        undos.descendingIterator().forEachRemaining(other::add);
        undos.clear();
    }

    /** Takes everything back; throws the first failure at the end, with the others attached. */
    @Override
    public void close() {
        RuntimeException failure = null;
        while (!undos.isEmpty()) {
            try {
                undos.pop().run();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
