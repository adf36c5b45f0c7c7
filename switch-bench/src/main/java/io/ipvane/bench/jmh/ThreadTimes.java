// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.jmh;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;

/** CPU time of threads with a common beginning of their names, since the last question. */
final class ThreadTimes {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final List<Long> ids = new ArrayList<>();
    private final long[] seen;

    /** The threads that there are now. */
    ThreadTimes(String beginning) {
        for (ThreadInfo thread : THREADS.getThreadInfo(THREADS.getAllThreadIds())) {
            if (thread != null && thread.getThreadName().startsWith(beginning)) {
                ids.add(thread.getThreadId());
            }
        }
        if (ids.isEmpty()) {
            throw new IllegalStateException("no thread is called " + beginning + "...");
        }
        seen = new long[ids.size()];
        most();
    }

    /** Nanoseconds of the thread that had most. */
    long most() {
        long most = 0;
        for (int i = 0; i < seen.length; i++) {
            final long now = THREADS.getThreadCpuTime(ids.get(i));
            most = Math.max(most, now - seen[i]);
            seen[i] = now;
        }
        return most;
    }
}
