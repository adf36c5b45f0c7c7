// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.option.Form;
import io.ipvane.option.Key;
import io.ipvane.option.Table;
import io.ipvane.option.Trait;
import java.util.List;

/**
 * Which lcores forward, and how.
 *
 * @param plan how they share the work
 * @param lcores CPU numbers, distinct, at least one
 * @param idle what they do when no frame waits
 */
public record ThreadsConfig(ThreadPlan plan, List<Integer> lcores, IdleMode idle) {
    static final ThreadsConfig DEFAULT =
            new ThreadsConfig(ThreadPlan.SHARED, List.of(0), IdleMode.BACKOFF);

    private static final int MAX_LCORE = 1_023;

    private static final Key<ThreadPlan> PLAN =
            Key.of(
                            "plan",
                            Form.choice(ThreadPlan.class),
                            "[who does what](uplinks.md#queues-and-thread-plans)")
                    .byDefault(DEFAULT.plan)
                    .with(Trait.WRITTEN);

    private static final Key<List<Integer>> LCORES =
            Key.of(
                            "lcores",
                            Form.list("lcore", Form.integer(0, MAX_LCORE)),
                            "numbers of the CPUs that forward")
                    .byDefault(DEFAULT.lcores)
                    .bound("online, distinct")
                    .with(Trait.WRITTEN);

    private static final Key<IdleMode> IDLE =
            Key.of(
                            "idle",
                            Form.choice(IdleMode.class),
                            "without work: spin, yield, then sleep until a frame wakes it, 500 µs at most where a queue cannot; or spin for ever")
                    .byDefault(DEFAULT.idle);

    /** Its keys. */
    static final Table<ThreadsConfig> TABLE =
            Table.<ThreadsConfig>of("threads", "Which lcores forward, and how.")
                    .key(PLAN, ThreadsConfig::plan)
                    .key(LCORES, ThreadsConfig::lcores)
                    .key(IDLE, ThreadsConfig::idle)
                    .made(v -> new ThreadsConfig(v.get(PLAN), v.get(LCORES), v.get(IDLE)));

    /** Copies the list. */
    public ThreadsConfig {
        lcores = List.copyOf(lcores);
    }
}
