// SPDX-License-Identifier: Apache-2.0
package io.ipvane.macnat;

import static io.ipvane.macnat.Messages.CHADDR;
import static io.ipvane.macnat.Messages.arp;
import static io.ipvane.macnat.Messages.dhcpReply;
import static io.ipvane.macnat.Messages.dhcpRequest;
import static io.ipvane.macnat.Messages.macOption;
import static io.ipvane.macnat.Messages.nd;
import static io.ipvane.macnat.Messages.option;
import static io.ipvane.testing.Frames.BROADCAST;
import static io.ipvane.testing.Frames.OWN;
import static io.ipvane.testing.Frames.X;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import io.ipvane.memory.Memory;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryPool;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whatever the bytes, their segments and their length: only those that are meant are changed. */
class MacNatPropertyTest {
    private static final int CASES = 10_000;
    private static final int ROOM = 2048;
    private static final long MAC = Guest.MAC;

    private static final byte[][] SEEDS = {
        Frames.udp4().macs(X, MAC).build(),
        Frames.udp4().macs(OWN, X).build(),
        Frames.udp6().macs(OWN, MAC).build(),
        arp(1, BROADCAST, MAC, MAC, 0),
        arp(2, OWN, MAC, OWN, OWN),
        arp(2, OWN, MAC, MAC, MAC),
        nd(Messages.SOLICITATION, MAC, macOption(1, MAC)),
        nd(Messages.ADVERTISEMENT, MAC, option(14, 2), macOption(2, MAC)),
        nd(Messages.ROUTER_ADVERTISEMENT, MAC, macOption(1, MAC), option(3, 4)),
        dhcpRequest(MAC, MAC),
        Sums.udp4(dhcpRequest(MAC, MAC, 40).build()),
        Sums.udp4(dhcpReply(OWN, MAC, OWN, 0).build()),
        Sums.udp4(dhcpReply(OWN, MAC, OWN, 12).build())
    };

    private final long seed = System.nanoTime();
    private final SplittableRandom random = new SplittableRandom(seed);
    private final Guest guest = Guest.configured();

    @AfterEach
    void nothingLeaks() {
        guest.close();
    }

    /**
     * The bytes around a frame differ between two runs: an answer that differs looked there. They
     * are the same afterwards: nothing was written there.
     */
    @Test
    void shouldNeitherReadNorWriteAroundTheFrame() {
        for (int n = 0; n < CASES; n++) {
            final byte[] frame = mutate();
            final byte[][] segments = segments(frame);
            final boolean from = random.nextBoolean();
            guest.pool.allowPullUp(random.nextInt(8) != 0);
            final byte[] first = surrounded(0x00, from, segments);
            final byte[] second = surrounded(0xFF, from, segments);
            final byte[] third = surrounded(0x06, from, segments);
            final String message = "seed " + seed + " frame " + Frames.hex(frame);
            assertArrayEquals(first, second, message);
            assertArrayEquals(first, third, message);
        }
    }

    /** Translates a frame between bytes of poison; null where it is refused. */
    private byte[] surrounded(int poison, boolean from, byte[]... segments) {
        guest.pool.poison(poison);
        final long mbuf = guest.pool.frame(segments);
        if (from) {
            guest.load(mbuf);
            if (guest.from.translate(guest.burst) == 0) {
                return null;
            }
        } else {
            guest.translateTo(mbuf);
        }
        final long data = guest.pool.data(mbuf);
        final long behind = data + guest.pool.contiguous(mbuf);
        checkPoison(poison, mbuf, data);
        checkPoison(poison, behind, mbuf + MemoryPool.HEADROOM + ROOM);
        return guest.take(mbuf);
    }

    private void checkPoison(int poison, long from, long to) {
        for (long at = from; at < to; at++) {
            if (Memory.u8(at) != poison) {
                throw new AssertionError("written beside the frame, seed " + seed);
            }
        }
    }

    @Test
    void shouldTranslateTheSameHoweverTheFrameIsCutIntoSegments() {
        for (int n = 0; n < CASES; n++) {
            final byte[] frame = mutate();
            final String message = "seed " + seed + " frame " + Frames.hex(frame);
            assertArrayEquals(guest.sends(frame), guest.sends(segments(frame)), message);
            assertArrayEquals(guest.gets(frame), guest.gets(segments(frame)), message);
        }
    }

    /** What several receivers share starts behind byte 128. */
    @Test
    void shouldWriteToTheGuestOnlyWithinTheFirstBytesAndTheSameAgain() {
        for (int n = 0; n < CASES; n++) {
            final byte[] frame = mutate();
            final byte[] once = guest.gets(frame);
            final String message = "seed " + seed + " frame " + Frames.hex(frame);
            assertEquals(frame.length, once.length, message);
            assertEquals(
                    -1,
                    frame.length <= 128
                            ? -1
                            : Arrays.mismatch(frame, 128, frame.length, once, 128, once.length),
                    message);
            assertArrayEquals(once, guest.gets(once), message);
        }
    }

    /** Each end sees its own address and the other's, as if there were one link between them. */
    @Test
    void shouldGiveTheGuestAnAnswerWithItsOwnAddressInIt() {
        for (int n = 0; n < 2_000; n++) {
            final int ipOptions = 4 * random.nextInt(11);
            final byte[] asked = guest.sends(arp(1, BROADCAST, MAC, MAC, 0));
            assertArrayEquals(
                    arp(2, MAC, X, X, MAC),
                    guest.gets(arp(2, mac(asked, 6), X, X, mac(asked, Messages.ARP_SENDER))));
            final byte[] request = Sums.udp4(dhcpRequest(MAC, MAC, ipOptions).build());
            final byte[] sent = guest.sends(request);
            assertArrayEquals(Sums.udp4(sent), sent);
            final long chaddr = mac(sent, CHADDR + ipOptions);
            assertEquals(OWN, chaddr);
            assertArrayEquals(
                    Sums.udp4(dhcpReply(MAC, X, MAC, ipOptions).build()),
                    guest.gets(Sums.udp4(dhcpReply(mac(sent, 6), X, chaddr, ipOptions).build())));
            final byte[] solicited = guest.sends(nd(Messages.SOLICITATION, MAC, macOption(1, MAC)));
            final long asker = mac(solicited, 80);
            final byte[] answer = nd(Messages.ADVERTISEMENT, X, macOption(2, X));
            assertArrayEquals(Sums.mac(answer, 0, MAC), guest.gets(Sums.mac(answer, 0, asker)));
        }
    }

    /** Any message at all, with any payload around the field: as if computed anew. */
    @Test
    void shouldMendChecksumsAsIfTheyWereComputedAnew() {
        for (int n = 0; n < 1_000; n++) {
            final long mac = (random.nextLong() & 0xFEFF_FFFF_FFFFL) | 2;
            final byte[] noise = new byte[100 + random.nextInt(150)];
            random.nextBytes(noise);
            final byte[] udp = Sums.mac(dhcpRequest(mac, mac), 6, mac);
            System.arraycopy(noise, 0, udp, CHADDR + 6, noise.length);
            final byte[] icmp = nd(Messages.ADVERTISEMENT, mac, macOption(2, mac));
            System.arraycopy(noise, 0, icmp, 58, 20);
            try (Guest any = new Guest(GuestMac.fixed(mac))) {
                final byte[] gotUdp = any.sends(Sums.udp4(udp));
                assertEquals(OWN, mac(gotUdp, CHADDR));
                assertArrayEquals(Sums.udp4(gotUdp), gotUdp, "seed " + seed);
                final byte[] gotIcmp = any.sends(Sums.icmpv6(icmp));
                assertEquals(OWN, mac(gotIcmp, 80));
                assertArrayEquals(Sums.icmpv6(gotIcmp), gotIcmp, "seed " + seed);
            }
        }
    }

    @Test
    void shouldAllocateNothing() {
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final long[] mbufs = new long[64];
        for (int i = 0; i < mbufs.length; i++) {
            mbufs[i] = guest.pool.frame(SEEDS[i % SEEDS.length]);
        }
        long allocated = Long.MAX_VALUE;
        // The first rounds warm up; compilation may charge a few bytes to this thread.
        for (int round = 0; round < 20 && allocated != 0; round++) {
            final long before = threads.getCurrentThreadAllocatedBytes();
            for (int n = 0; n < 10_000; n++) {
                for (int i = 0; i < mbufs.length; i++) {
                    Memory.putMac(guest.pool.data(mbufs[i]) + 6, MAC);
                }
                guest.load(mbufs);
                guest.from.translate(guest.burst);
                guest.translateTo(mbufs[n % mbufs.length]);
            }
            allocated = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertEquals(0, allocated);
        for (long mbuf : mbufs) {
            guest.pool.free(mbuf);
        }
    }

    private static long mac(byte[] frame, int offset) {
        long mac = 0;
        for (int i = 0; i < 6; i++) {
            mac = mac << 8 | (frame[offset + i] & 0xFF);
        }
        return mac;
    }

    /** A valid frame with some bytes changed, cut or lengthened; now and then pure noise. */
    private byte[] mutate() {
        if (random.nextInt(10) == 0) {
            final byte[] noise = new byte[random.nextInt(400)];
            random.nextBytes(noise);
            return noise;
        }
        byte[] frame = SEEDS[random.nextInt(SEEDS.length)].clone();
        if (random.nextInt(3) == 0) {
            frame = Arrays.copyOf(frame, random.nextInt(frame.length + 40));
        }
        for (int changes = random.nextInt(4); changes > 0 && frame.length > 0; changes--) {
            // Not often the source: what is refused shows little.
            final int at = 12 + random.nextInt(110);
            if (at < frame.length) {
                frame[at] = (byte) random.nextInt(256);
            }
        }
        return frame;
    }

    private byte[][] segments(byte[] frame) {
        final int[] ends = new int[random.nextInt(4)];
        for (int i = 0; i < ends.length; i++) {
            ends[i] = random.nextInt(frame.length + 1);
        }
        Arrays.sort(ends);
        return Frames.split(frame, ends);
    }
}
