// SPDX-License-Identifier: Apache-2.0
package io.ipvane.testing;

import java.util.List;
import java.util.SplittableRandom;

/** Frames of all kinds, the same ones for the same source of random numbers. */
public final class RandomFrames {
    private static final List<String> TARGETS4 =
            List.of(Frames.C1_4, Frames.C2_4, Frames.C3_4, Frames.HOST4, Frames.X4, "10.9.9.9");
    private static final List<String> TARGETS6 =
            List.of(Frames.C1_6, Frames.C2_6, Frames.C3_6, Frames.HOST6, Frames.X6, "fd09::9");

    private final List<byte[]> seeds =
            KernelAnswers.frames().stream().map(KernelAnswers.Sent::bytes).toList();
    private final SplittableRandom random;

    /** Frames that {@code random} decides about. */
    public RandomFrames(SplittableRandom random) {
        this.random = random;
    }

    /** A real frame, a real frame with some bytes or its length changed, or noise. */
    public byte[] any() {
        final byte[] seed = seeds.get(random.nextInt(seeds.size()));
        return switch (random.nextInt(4)) {
            case 0 -> seed;
            case 1 -> Frames.resize(seed, 1 + random.nextInt(200));
            case 2 -> mutate(seed);
            default -> noise();
        };
    }

    private byte[] mutate(byte[] seed) {
        final byte[] frame = seed.clone();
        for (int i = random.nextInt(6); i >= 0; i--) {
            frame[random.nextInt(frame.length)] = (byte) random.nextInt();
        }
        return frame;
    }

    private byte[] noise() {
        final byte[] frame = new byte[1 + random.nextInt(300)];
        random.nextBytes(frame);
        return frame;
    }

    /**
     * UDP to somebody in {@link SmallNetwork}, mostly with addresses as they should be; one in a
     * while is longer than {@code limit}.
     *
     * @param source whose address it mostly bears
     * @param mac whose MAC address it bears
     */
    public byte[] plain(String source, long mac, int limit) {
        final boolean ipv6 = source.indexOf(':') >= 0;
        final List<String> targets = ipv6 ? TARGETS6 : TARGETS4;
        return (ipv6 ? Frames.udp6() : Frames.udp4())
                .macs(random.nextInt(20) == 0 ? Frames.OTHER : Frames.OWN, mac)
                .ips(random.nextInt(20) == 0 ? one(targets) : source, one(targets))
                .payload(new byte[random.nextInt(20) == 0 ? limit + random.nextInt(400) : 5])
                .build();
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }
}
