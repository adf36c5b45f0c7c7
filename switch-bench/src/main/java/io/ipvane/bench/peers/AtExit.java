// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What is to be undone should this process end before its owner does it: by Ctrl-C, or by an
 * exception. The last thing made goes first.
 */
final class AtExit {
    private static final Deque<AutoCloseable> OPEN = new ArrayDeque<>();
    private static final Thread HOOK = new Thread(AtExit::closeAll, "at-exit");

    static {
        Runtime.getRuntime().addShutdownHook(HOOK);
    }

    private AtExit() {}

    /** Once the end has begun, only what the undoing itself needs is taken. */
    static void add(AutoCloseable resource) {
        synchronized (OPEN) {
            OPEN.push(resource);
        }
        if (HOOK.isAlive() && Thread.currentThread() != HOOK) {
            awaitEnd();
        }
    }

    /** For the thread that would go on starting things while they are undone. */
    private static void awaitEnd() {
        try {
            HOOK.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new IllegalStateException("this process ends");
    }

    /** It has been closed. */
    static void forget(AutoCloseable resource) {
        synchronized (OPEN) {
            OPEN.remove(resource);
        }
    }

    private static void closeAll() {
        for (AutoCloseable next = take(); next != null; next = take()) {
            try {
                next.close();
            } catch (Exception e) {
                System.err.println("not undone: " + e.getMessage());
            }
        }
    }

    private static AutoCloseable take() {
        synchronized (OPEN) {
            return OPEN.poll();
        }
    }
}
