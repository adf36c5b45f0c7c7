// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.burst.Burst;
import io.ipvane.packet.MacAddress;
import io.ipvane.pipeline.Parser;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryPool;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Both directions of a conversation and the errors about it have one home. */
class FlowHomeTest {
    private static final long SEED = 20_261_201;
    private static final int ZONE = 3;

    private final Arena arena = Arena.ofConfined();
    private final MemoryPool pool = new MemoryPool(64, 2048);
    private final Burst burst = new Burst(arena);
    private final SplittableRandom random = new SplittableRandom(SEED);

    @AfterEach
    void close() {
        arena.close();
        pool.close();
    }

    private FlowHome among(int homes, long secret) {
        return new FlowHome(homes, secret, pool, arena);
    }

    private int home(FlowHome homes, int zone, byte[]... segments) {
        final long mbuf = pool.frame(segments);
        burst.size = 1;
        burst.frame(0, mbuf, pool.data(mbuf), pool.contiguous(mbuf), pool.length(mbuf));
        Parser.parse(burst, Frames.OWN, 0, pool);
        final int home = homes.of(zone, burst, 0);
        pool.free(mbuf);
        return home;
    }

    private int home(FlowHome homes, Frames frame) {
        return home(homes, ZONE, frame.build());
    }

    private Frames any(boolean ipv6) {
        return ipv6 ? Frames.udp6() : Frames.udp4();
    }

    private String address(boolean ipv6) {
        return ipv6 ? "fd00::" + (1 + random.nextInt(9)) : "10.0.0." + (1 + random.nextInt(200));
    }

    @Test
    void shouldBeTheSameForBothDirections() {
        final FlowHome homes = among(5, random.nextLong());
        final Set<Integer> seen = new HashSet<>();
        for (int round = 0; round < 2_000; round++) {
            final boolean ipv6 = random.nextBoolean();
            final String one = address(ipv6);
            final String other = address(ipv6);
            final int port = 1 + random.nextInt(65_000);
            final int there = home(homes, any(ipv6).ips(one, other).ports(port, 53));
            final int back = home(homes, any(ipv6).ips(other, one).ports(53, port));
            assertEquals(there, back, "seed " + SEED + ", round " + round);
            seen.add(there);
        }
        assertEquals(Set.of(0, 1, 2, 3, 4), seen);
    }

    @Test
    void shouldSpreadConversationsEvenly() {
        final FlowHome homes = among(4, random.nextLong());
        final int[] count = new int[4];
        for (int port = 0; port < 40_000; port++) {
            count[home(homes, Frames.udp4().ports(port, 80))]++;
        }
        assertTrue(
                Arrays.stream(count).allMatch(each -> each > 9_500 && each < 10_500),
                () -> Arrays.toString(count));
    }

    @Test
    void shouldDependOnTheSecretAndTheZone() {
        final FlowHome one = among(1 << 16, 1);
        final byte[] frame = Frames.udp4().build();
        assertTrue(home(one, ZONE, frame) != home(among(1 << 16, 3), ZONE, frame));
        assertTrue(home(one, ZONE, frame) != home(one, ZONE + 1, frame));
        assertEquals(home(one, ZONE, frame), home(among(1 << 16, 1), ZONE, frame));
    }

    @Test
    void shouldBeThatOfTheConversationForAnErrorAboutIt() {
        final FlowHome homes = among(1 << 16, random.nextLong());
        final byte[] about = Frames.udp4().ips("10.0.0.11", "10.9.9.9").build();
        final byte[] quote = Arrays.copyOfRange(about, 14, 14 + 28);
        final byte[] error = Frames.udp4().ips("10.0.0.254", "10.0.0.11").build();
        final byte[] packet = Arrays.copyOf(error, 14 + 20 + 8 + quote.length);
        packet[14 + 9] = 1;
        packet[14 + 3] = (byte) (packet.length - 14);
        packet[34] = 3;
        System.arraycopy(quote, 0, packet, 42, quote.length);
        assertEquals(home(homes, ZONE, about), home(homes, ZONE, packet));
    }

    @Test
    void shouldBeOneForAllFragmentsOfTwoStations() {
        final FlowHome homes = among(1 << 16, random.nextLong());
        final int first = home(homes, Frames.udp4().fragment(0x2000).ports(1, 2));
        assertEquals(first, home(homes, Frames.udp4().fragment(0x00B9).ports(3, 4)));
    }

    @Test
    void shouldReadHeadersThatAreInSeveralSegments() {
        final FlowHome homes = among(1 << 16, random.nextLong());
        final byte[] frame = Frames.udp4().ports(7, 8).build();
        final int whole = home(homes, ZONE, frame);
        for (int end = 14; end < 40; end++) {
            assertEquals(whole, home(homes, ZONE, Frames.split(frame, end)), "split at " + end);
        }
    }

    @Test
    void shouldBeAnywhereForWhatIsNoIp() {
        final FlowHome homes = among(2, random.nextLong());
        assertEquals(FlowHome.ANYWHERE, home(homes, Frames.arpRequest(Frames.C1_4)));
        assertEquals(
                FlowHome.ANYWHERE,
                home(
                        homes,
                        Frames.ethernet(0x88B5, new byte[60])
                                .macs(MacAddress.parse("02:00:00:00:00:09"), Frames.X)));
    }

    @Test
    void shouldHaveOneHomeWhereThereIsOneLcore() {
        assertEquals(0, home(among(1, random.nextLong()), Frames.udp4()));
    }
}
