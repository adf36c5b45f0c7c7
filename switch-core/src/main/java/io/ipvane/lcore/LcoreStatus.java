// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import java.util.List;

/**
 * One lcore as {@code ipvane threads} shows it.
 *
 * @param thread name of the thread
 * @param lcore CPU it is pinned to
 * @param roles what it runs, in order
 * @param rxQueues the queues it asks
 * @param epoch what its slowest role has finished with
 * @param busyNanos time in turns that did work, since start
 * @param idleNanos time in turns that found none, since start
 */
public record LcoreStatus(
        String thread,
        int lcore,
        List<String> roles,
        List<String> rxQueues,
        long epoch,
        long busyNanos,
        long idleNanos) {}
