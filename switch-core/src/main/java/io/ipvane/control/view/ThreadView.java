// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control.view;

import java.util.List;

/**
 * One thread of the switch.
 *
 * @param name of the thread
 * @param lcore CPU that it is pinned to; -1: none
 * @param roles what it does, for example {@code conduct} or {@code forward}
 * @param queues rx queues that it polls, as {@code device/queue}
 * @param idle what it does when nothing waits: {@code backoff} or {@code busy}
 * @param generation of the configuration that it works by
 * @param busyShare part of its turns, 0 to 1, that found work
 */
public record ThreadView(
        String name,
        int lcore,
        List<String> roles,
        List<String> queues,
        String idle,
        long generation,
        double busyShare) {
    /** Copies the lists. */
    public ThreadView {
        roles = List.copyOf(roles);
        queues = List.copyOf(queues);
    }
}
