// SPDX-License-Identifier: Apache-2.0
package io.ipvane.learn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.packet.IpAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrialsTest {
    private long now = -5;
    private final Trials trials = new Trials(() -> now);

    private static IpAddress address(int last) {
        return IpAddress.ipv6(0xFD00_0000_0000_0000L, last);
    }

    private List<String> asked() {
        final List<String> asked = new ArrayList<>();
        trials.tick((port, address) -> asked.add(port + " " + address));
        return asked;
    }

    @Test
    void shouldAskOnceWhenTheTrialIsOver() {
        trials.add(3, address(1));
        assertEquals(List.of(), asked());
        now += Trials.AFTER;
        assertEquals(List.of("3 fd00::1"), asked());
        assertEquals(List.of(), asked());
    }

    @Test
    void shouldBeginAnewWhereAnAddressIsTriedAgain() {
        trials.add(3, address(1));
        now += 1;
        trials.add(4, address(1));
        trials.add(3, address(1));
        now += Trials.AFTER - 1;
        assertEquals(List.of(), asked());
        now += 1;
        assertEquals(List.of("4 fd00::1", "3 fd00::1"), asked());
    }

    @Test
    void shouldKeepTheLastFewOfAPort() {
        trials.add(4, address(0x99));
        for (int i = 1; i <= Trials.MOST_OF_A_PORT + 1; i++) {
            trials.add(3, address(i));
        }
        now += Trials.AFTER;
        final List<String> asked = asked();
        assertEquals(Trials.MOST_OF_A_PORT + 1, asked.size());
        assertEquals(List.of("4 fd00::99", "3 fd00::2"), asked.subList(0, 2));
    }

    @Test
    void shouldKeepNoMoreOfAllPortsThanItMay() {
        for (int port = 0; port <= Trials.MOST; port++) {
            trials.add(port, address(1));
        }
        now += Trials.AFTER;
        assertEquals(Trials.MOST, asked().size());
    }

    @Test
    void shouldAskNobodyWhoIsGone() {
        trials.add(3, address(1));
        trials.add(4, address(1));
        trials.forget(3);
        now += Trials.AFTER;
        assertEquals(List.of("4 fd00::1"), asked());
    }
}
