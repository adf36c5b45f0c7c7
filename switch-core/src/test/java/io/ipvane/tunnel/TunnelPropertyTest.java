// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.testing.Frames;
import io.ipvane.testing.RandomFrames;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Any frame: what goes through a tunnel comes out as it was, and whatever bytes claim to be a
 * tunnel's packet have one fate each. {@code -Dipvane.tunnel.seed=N} repeats a run.
 */
class TunnelPropertyTest {
    private final long seed = Long.getLong("ipvane.tunnel.seed", System.nanoTime());
    private final SplittableRandom random = new SplittableRandom(seed);
    private final RandomFrames frames = new RandomFrames(random);

    private String message(String what, byte[] frame) {
        return "%s, -Dipvane.tunnel.seed=%d, frame %s".formatted(what, seed, Frames.hex(frame));
    }

    private TunnelOptions options() {
        final int first = 1 + random.nextInt(0xFFFF);
        return new TunnelOptions(
                4789,
                random.nextInt(4) == 0 ? TunnelOptions.INHERIT : 1 + random.nextInt(255),
                random.nextInt(4) == 0 ? TunnelOptions.INHERIT : random.nextInt(256),
                one(TunnelOptions.DontFragment.values()),
                random.nextInt(1 << 20),
                one(TunnelOptions.Checksum.values()),
                random.nextBoolean(),
                true,
                random.nextBoolean(),
                true,
                first,
                first + random.nextInt(0x10000 - first));
    }

    private <T> T one(T[] of) {
        return of[random.nextInt(of.length)];
    }

    /** Cut into segments at random; the Ethernet header stays in the first. */
    private byte[][] segments(byte[] frame) {
        if (random.nextBoolean() || frame.length < 20) {
            return new byte[][] {frame};
        }
        final int first = 14 + random.nextInt(frame.length - 15);
        return Frames.split(frame, first, first + random.nextInt(frame.length - first));
    }

    @Test
    void shouldGiveBackWhatWentIn() {
        for (int run = 0; run < 100; run++) {
            final boolean ipv6 = random.nextBoolean();
            final TunnelOptions options = options();
            // What one end sends, the other receives.
            try (Wrap wrap = new Wrap(swapped(Wrap.header(ipv6, options)), 43, 0);
                    Split split = new Split(Split.tunnel(options))) {
                for (int i = 0; i < 100; i++) {
                    final byte[] inner = frames.any();
                    if (inner.length >= 14) {
                        giveBack(wrap, split, inner, ipv6);
                    }
                }
            }
        }
    }

    private static OuterHeader swapped(OuterHeader header) {
        return new OuterHeader(
                header.tunnel(),
                header.uplink(),
                header.uplinkMtu(),
                header.remote(),
                header.local(),
                header.local(),
                Frames.X,
                Frames.OWN,
                header.options());
    }

    private void giveBack(Wrap wrap, Split split, byte[] inner, boolean ipv6) {
        final Wrap.Packet packet = wrap.of(segments(inner));
        final byte[] outer = packet.frame();
        if (!packet.isSumRight() || packet.udpLength() != inner.length + 16) {
            throw new AssertionError(message("outer header is wrong", outer));
        }
        final String fate = split.fate(segments(outer));
        if (fate.equals("vxlan_short")) {
            assertShortInside(inner, outer);
            return;
        }
        assertEquals("in", fate, () -> message("lost", outer));
        final byte[] out = split.came.getFirst().bytes();
        assertArrayEquals(inner, out, () -> message("ipv6=" + ipv6 + " changed", outer));
        assertEquals(43, split.came.getFirst().meta().id());
        assertEquals(packet.sourcePort(), split.came.getFirst().meta().sourcePort());
    }

    /** Only an inner IP header that is cut off may be refused (spec DEC-5). */
    private void assertShortInside(byte[] inner, byte[] outer) {
        int at = 12;
        for (int tags = 0; tags < 2 && at + 2 <= inner.length && isTag(inner, at); tags++) {
            at += 4;
        }
        final int type = at + 2 <= inner.length ? word(inner, at) : 0;
        final int needs = type == 0x0800 ? 20 : type == 0x86DD ? 40 : 0;
        final boolean cut = at + 2 > inner.length || at + 2 + needs > inner.length;
        assertEquals(true, cut, () -> message("refused as short", outer));
    }

    private static boolean isTag(byte[] frame, int at) {
        return word(frame, at) == 0x8100 || word(frame, at) == 0x88A8;
    }

    private static int word(byte[] frame, int at) {
        return (frame[at] & 0xFF) << 8 | (frame[at + 1] & 0xFF);
    }

    @Test
    void shouldHaveOneFateForAnyBytes() {
        final int[] fates = new int[3];
        try (Split split = new Split(Split.tunnel(TunnelOptions.DEFAULT))) {
            for (int run = 0; run < 300; run++) {
                split.came.clear();
                split.stayed.clear();
                final long before = drops(split);
                final int size = 1 + random.nextInt(64);
                final List<byte[]> sent = new ArrayList<>();
                // Poison that changes shows reads beyond a frame as answers that change.
                split.pool.poison(run & 1);
                for (int i = 0; i < size; i++) {
                    final byte[] frame = any();
                    sent.add(frame);
                    split.add(segments(frame));
                }
                split.run();
                final int fated =
                        split.came.size() + split.stayed.size() + (int) (drops(split) - before);
                assertEquals(size, fated, () -> message("fates", sent.getFirst()));
                fates[0] += split.came.size();
                fates[1] += split.stayed.size();
                fates[2] += (int) (drops(split) - before);
            }
        }
        assertEquals(0, Arrays.stream(fates).filter(n -> n < 100).count(), Arrays.toString(fates));
    }

    private byte[] any() {
        final Outer outer = random.nextBoolean() ? Outer.v4() : Outer.v6();
        outer.tos = random.nextInt(256);
        if (random.nextInt(4) == 0) {
            outer.extension = random.nextInt(256);
            outer.extensionBytes = new byte[8];
            random.nextBytes(outer.extensionBytes);
        }
        final byte[] frame = outer.around(frames.any());
        return switch (random.nextInt(3)) {
            case 0 -> frame;
            case 1 -> Frames.resize(frame, 15 + random.nextInt(frame.length));
            default -> {
                final int at = 14 + random.nextInt(Math.min(100, frame.length) - 15);
                yield Frames.patch(frame, at, random.nextInt());
            }
        };
    }

    private static long drops(Split split) {
        return split.drops().values().stream().mapToLong(Long::longValue).sum();
    }

    /** The same bytes, whatever lies behind them and however they are cut: the same fate. */
    @Test
    void shouldNeverReadBeyondAFrame() {
        for (int i = 0; i < 3000; i++) {
            final byte[] frame = any();
            final String[] fates = new String[3];
            for (int k = 0; k < fates.length; k++) {
                try (Split split = new Split(Split.tunnel(TunnelOptions.DEFAULT))) {
                    split.pool.poison(k * 0x7F);
                    fates[k] = split.fate(k == 2 ? segments(frame) : new byte[][] {frame});
                }
            }
            assertEquals(fates[0], fates[1], () -> message("poison decides", frame));
            assertEquals(fates[0], fates[2], () -> message("segments decide", frame));
        }
    }
}
