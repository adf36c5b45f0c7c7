// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.config.IdleMode;
import io.ipvane.config.ThreadPlan;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which lcore runs which roles: threads as configuration. The control plane is not in it; it always
 * has a thread of its own, which never polls.
 *
 * @param lcores in the order in which they are stopped: upstream first
 * @param idle what an lcore does in a turn without work
 */
public record ThreadTopology(ThreadPlan plan, IdleMode idle, List<LcorePlan> lcores) {
    /** What an lcore can do. */
    public enum Role {
        FORWARD,
        RECEIVE,
        RUN,
        TRANSMIT
    }

    /** One thread: the CPU it is pinned to and what it runs, in order. */
    public record LcorePlan(int lcore, List<Role> roles) {
        /** Whether it transmits each burst before it runs the next one: RUN is in TRANSMIT then. */
        boolean runsAndTransmits() {
            return roles.contains(Role.RUN) && roles.contains(Role.TRANSMIT);
        }

        /** Its roles without those that another one of them does. */
        List<Role> steps() {
            return roles.stream().filter(r -> r != Role.RUN || !runsAndTransmits()).toList();
        }
    }

    /**
     * The topology for a plan.
     *
     * @param lcores CPU numbers, as configured
     * @throws IllegalArgumentException with a sentence where they do not fit the plan
     */
    public static ThreadTopology of(ThreadPlan plan, IdleMode idle, List<Integer> lcores) {
        final Set<Integer> distinct = new HashSet<>(lcores);
        if (lcores.isEmpty() || distinct.size() != lcores.size()) {
            throw new IllegalArgumentException(
                    "threads.lcores=" + lcores + ": name at least one lcore, and each once");
        }
        final List<LcorePlan> plans =
                switch (plan) {
                    case SHARED -> {
                        exactly(plan, lcores, 1);
                        yield List.of(
                                new LcorePlan(
                                        lcores.get(0),
                                        List.of(Role.RECEIVE, Role.RUN, Role.TRANSMIT)));
                    }
                    case RUN_TO_COMPLETION ->
                            lcores.stream()
                                    .map(l -> new LcorePlan(l, List.of(Role.FORWARD)))
                                    .toList();
                    case PIPELINE -> pipeline(plan, lcores);
                };
        return new ThreadTopology(plan, idle, plans);
    }

    /**
     * Three roles over one, two or three lcores; neighbours in the line share one where there are
     * few.
     */
    private static List<LcorePlan> pipeline(ThreadPlan plan, List<Integer> lcores) {
        return switch (lcores.size()) {
            case 2 ->
                    List.of(
                            new LcorePlan(lcores.get(0), List.of(Role.RECEIVE)),
                            new LcorePlan(lcores.get(1), List.of(Role.RUN, Role.TRANSMIT)));
            case 3 ->
                    List.of(
                            new LcorePlan(lcores.get(0), List.of(Role.RECEIVE)),
                            new LcorePlan(lcores.get(1), List.of(Role.RUN)),
                            new LcorePlan(lcores.get(2), List.of(Role.TRANSMIT)));
            default ->
                    throw new IllegalArgumentException(
                            "threads.plan="
                                    + plan.key()
                                    + " takes 2 or 3 lcores, threads.lcores="
                                    + lcores
                                    + "; use plan shared for one");
        };
    }

    private static void exactly(ThreadPlan plan, List<Integer> lcores, int count) {
        if (lcores.size() != count) {
            throw new IllegalArgumentException(
                    "threads.plan="
                            + plan.key()
                            + " takes "
                            + count
                            + " lcore, threads.lcores="
                            + lcores
                            + "; use plan run-to-completion for more");
        }
    }

    /** Lcores that receive: the number of rx queues a device with RSS is asked for. */
    public int receivers() {
        return (int) lcores.stream().filter(l -> has(l, Role.FORWARD, Role.RECEIVE)).count();
    }

    /** Lcores that transmit: the number of tx queues each device must have. */
    public int transmitters() {
        return (int) lcores.stream().filter(l -> has(l, Role.FORWARD, Role.TRANSMIT)).count();
    }

    private static boolean has(LcorePlan lcore, Role one, Role other) {
        return lcore.roles().contains(one) || lcore.roles().contains(other);
    }
}
