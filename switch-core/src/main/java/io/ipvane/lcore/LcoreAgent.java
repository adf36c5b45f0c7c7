// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.burst.HotPath;
import io.ipvane.dpdk.LcoreThread;
import org.agrona.concurrent.Agent;

/**
 * Everything one lcore runs, in one turn after the other; pins and registers its thread at the
 * start (without registration mempools run without their cache: half the speed) and undoes it at
 * the end.
 */
@HotPath
final class LcoreAgent implements Agent {
    private final String name;
    private final int lcore;
    private final LcoreRole[] roles;
    private LcoreThread thread;

    private long last;
    private long busyNanos;
    private long idleNanos;

    LcoreAgent(String name, int lcore, LcoreRole[] roles) {
        this.name = name;
        this.lcore = lcore;
        this.roles = roles.clone();
    }

    @Override
    public void onStart() {
        thread = LcoreThread.register(lcore);
        last = System.nanoTime();
    }

    @Override
    public int doWork() {
        final int worked = turn();
        final long now = System.nanoTime();
        if (worked > 0) {
            busyNanos += now - last;
        } else {
            idleNanos += now - last;
        }
        last = now;
        return worked;
    }

    /** One turn of every role, upstream first. */
    int turn() {
        int worked = 0;
        for (LcoreRole role : roles) {
            worked += role.doWork();
        }
        return worked;
    }

    /** Upstream roles first, so that each finds what the one before has left. */
    @Override
    public void onClose() {
        for (LcoreRole role : roles) {
            role.close();
        }
        if (thread != null) {
            thread.close();
        }
    }

    @Override
    public String roleName() {
        return name;
    }

    int lcore() {
        return lcore;
    }

    /**
     * Nanoseconds of turns that did work, and what followed them. Any thread; perhaps a moment old.
     */
    long busyNanos() {
        return busyNanos;
    }

    /** Nanoseconds of turns that found none, sleep included. Any thread; perhaps a moment old. */
    long idleNanos() {
        return idleNanos;
    }
}
