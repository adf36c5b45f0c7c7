// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ipvane.config.IdleMode;
import io.ipvane.config.ThreadPlan;
import io.ipvane.lcore.ThreadTopology.LcorePlan;
import io.ipvane.lcore.ThreadTopology.Role;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ThreadTopologyTest {
    private static ThreadTopology of(ThreadPlan plan, List<Integer> lcores) {
        return ThreadTopology.of(plan, IdleMode.BACKOFF, lcores);
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                Arguments.of(
                        ThreadPlan.SHARED,
                        List.of(),
                        "threads.lcores=[]: name at least one lcore, and each once"),
                Arguments.of(
                        ThreadPlan.RUN_TO_COMPLETION,
                        List.of(1, 1),
                        "threads.lcores=[1, 1]: name at least one lcore, and each once"),
                Arguments.of(
                        ThreadPlan.SHARED,
                        List.of(0, 1),
                        "threads.plan=shared takes 1 lcore, threads.lcores=[0, 1]; use plan"
                                + " run-to-completion for more"),
                Arguments.of(
                        ThreadPlan.PIPELINE,
                        List.of(0),
                        "threads.plan=pipeline takes 2 or 3 lcores, threads.lcores=[0]; use plan"
                                + " shared for one"),
                Arguments.of(
                        ThreadPlan.PIPELINE,
                        List.of(0, 1, 2, 3),
                        "threads.plan=pipeline takes 2 or 3 lcores, threads.lcores=[0, 1, 2, 3];"
                                + " use plan shared for one"));
    }

    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("refusals")
    void shouldRefuseLcoresThatDoNotFitThePlan(
            ThreadPlan plan, List<Integer> lcores, String sentence) {
        assertEquals(
                sentence,
                assertThrows(IllegalArgumentException.class, () -> of(plan, lcores)).getMessage());
    }

    @Test
    void shouldLetNeighboursInTheLineShareAnLcoreWhereThereAreTwo() {
        assertEquals(
                List.of(
                        new LcorePlan(4, List.of(Role.RECEIVE)),
                        new LcorePlan(2, List.of(Role.RUN, Role.TRANSMIT))),
                of(ThreadPlan.PIPELINE, List.of(4, 2)).lcores());
    }

    @Test
    void shouldAskForAQueuePairALcoreOnlyWhereEachForwards() {
        final ThreadTopology many = of(ThreadPlan.RUN_TO_COMPLETION, List.of(0, 1, 2));
        assertEquals(3, many.receivers());
        assertEquals(3, many.transmitters());
        final ThreadTopology line = of(ThreadPlan.PIPELINE, List.of(0, 1, 2));
        assertEquals(1, line.receivers());
        assertEquals(1, line.transmitters());
    }
}
