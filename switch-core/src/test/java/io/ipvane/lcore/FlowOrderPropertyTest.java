// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.config.ThreadPlan;
import io.ipvane.control.Command;
import io.ipvane.packet.IpPrefix;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryDevice;
import io.ipvane.testing.MemoryPool;
import io.ipvane.testing.SwitchHarness;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The frames of one flow leave in the order in which they came: whatever their lengths, whichever
 * of them take the short way, with several bursts in flight, in every plan, to every kind of
 * receiver. What fits its receiver arrives.
 */
class FlowOrderPropertyTest {
    private static final long SEED = 20_261_130;
    private static final int ROUNDS = 120;
    private static final int MOST_BURSTS = 6;
    private static final int FLOWS = 4;
    private static final int SEGMENT = 2048;
    private static final int IPV4_HEADERS = 14 + 20 + 8;
    private static final int IPV6_HEADERS = 14 + 40 + 8;

    /** Enough that some keys of the address table stand in each other's way. */
    private static final int MORE_ADDRESSES = 40;

    private static final String YAML =
            """
            uplinks:
              - name: wire
                device: "vdev:net_null0"
                mode: %s
                antispoof: %s
                icmpErrors: false
                announce: false
                host: { interface: master, addresses: ["10.0.0.1/24", "fd00::1/64"] }
                neighbors:
                  - { address: 10.0.0.254, mac: "02:00:00:00:00:fe" }
                  - { address: "fd00::fe", mac: "02:00:00:00:00:fe" }
            ports:
              - { name: c1, uplink: wire, type: tap, addresses: ["10.0.0.11/24", "fd00::11/64"] }
              - { name: c2, uplink: wire, type: tap, addresses: ["10.0.0.12/24", "fd00::12/64"] }
              - { name: c3, uplink: wire, type: tap, mtu: 1400, addresses: ["10.0.1.13/24", "fd01::13/64"] }
            """;

    private static final List<String> PLACES = List.of("wire", "master", "c1", "c2", "c3");

    /** Bytes of the longest frame that each takes whole. */
    private static final Map<String, Integer> LIMITS =
            Map.of("wire", 1514, "master", 1514, "c1", 1514, "c2", 1514, "c3", 1414);

    /** The addresses of each place, the first one its own. */
    private static final Map<String, List<String>> IPV4 =
            Map.of(
                    "wire", List.of(Frames.X4),
                    "master", List.of(Frames.HOST4),
                    "c1", addresses("10.0.0.11", "10.1.1."),
                    "c2", addresses("10.0.0.12", "10.1.2."),
                    "c3", addresses("10.0.1.13", "10.1.3."));

    private static final Map<String, List<String>> IPV6 =
            Map.of(
                    "wire", List.of(Frames.X6),
                    "master", List.of(Frames.HOST6),
                    "c1", addresses("fd00::11", "fd02::1:"),
                    "c2", addresses("fd00::12", "fd02::2:"),
                    "c3", addresses("fd01::13", "fd02::3:"));

    private static List<String> addresses(String own, String others) {
        final List<String> all = new ArrayList<>(List.of(own));
        for (int i = 0; i < MORE_ADDRESSES; i++) {
            all.add(others + (10 + i));
        }
        return all;
    }

    private record Flow(String from, String to, boolean ipv6, String source, String destination) {}

    private final SplittableRandom random = new SplittableRandom(SEED);

    @ParameterizedTest
    @CsvSource({
        "l2, false, SHARED, 1",
        "l2, true, SHARED, 1",
        "l3, true, SHARED, 1",
        "l2, false, RUN_TO_COMPLETION, 1",
        "l3, true, RUN_TO_COMPLETION, 1",
        "l2, false, PIPELINE, 2",
        "l2, true, PIPELINE, 2",
        "l3, false, PIPELINE, 2",
        "l2, true, PIPELINE, 3",
        "l3, true, PIPELINE, 3",
    })
    void shouldKeepTheOrderOfEveryFlow(
            String mode, boolean antispoof, ThreadPlan plan, int lcores) {
        final MemoryPool pool = new MemoryPool(1 << 13, SEGMENT);
        pool.poison(MemoryPool.NO_POISON);
        try (SwitchHarness net =
                new SwitchHarness(YAML.formatted(mode, antispoof), plan, lcores, pool)) {
            for (String port : List.of("c1", "c2", "c3")) {
                give(net, port, IPV4.get(port), 32);
                give(net, port, IPV6.get(port), 128);
            }
            net.run();
            net.transmitted();
            for (int round = 0; round < ROUNDS; round++) {
                final String where = mode + " " + plan + " seed " + SEED + ", round " + round;
                check(where, round(net, lcores), net.transmitted());
            }
        }
        pool.close();
    }

    private static void give(SwitchHarness net, String port, List<String> addresses, int length) {
        for (String address : addresses.subList(1, addresses.size())) {
            net.tell(
                    new Command.AddressAdded(
                            net.index(port), IpPrefix.parse(address + "/" + length), true));
        }
    }

    /** Some bursts from some places; what fits its receiver is returned, by flow. */
    private Map<String, SortedSet<Integer>> round(SwitchHarness net, int lcores) {
        final List<Flow> flows = new ArrayList<>();
        for (int i = 0; i < FLOWS; i++) {
            flows.add(flow());
        }
        final boolean ipv6 = random.nextInt(3) == 0;
        flows.replaceAll(f -> random.nextInt(8) == 0 ? f : flow(f.from, f.to, ipv6));
        final Map<Flow, Integer> next = new HashMap<>();
        final Map<String, SortedSet<Integer>> fitting = new HashMap<>();
        for (int burst = random.nextInt(MOST_BURSTS); burst >= 0; burst--) {
            for (int frames = 1 + random.nextInt(64); frames > 0; frames--) {
                final Flow flow = flows.get(random.nextInt(FLOWS));
                final int number = next.merge(flow, 1, Integer::sum);
                if (inject(net, flow, number)) {
                    fitting.computeIfAbsent(key(flow), k -> new TreeSet<>()).add(number);
                }
            }
            // Frames lie in the ring at every stage when others come in.
            for (int turns = random.nextInt(4); turns > 0; turns--) {
                net.step(random.nextInt(lcores));
            }
        }
        for (int turns = random.nextInt(20); turns > 0; turns--) {
            net.step(random.nextInt(lcores));
        }
        net.run();
        return fitting;
    }

    private Flow flow() {
        final String from = PLACES.get(random.nextInt(PLACES.size()));
        String to = from;
        while (to.equals(from)) {
            to = PLACES.get(random.nextInt(PLACES.size()));
        }
        return flow(from, to, random.nextBoolean());
    }

    private Flow flow(String from, String to, boolean ipv6) {
        final Map<String, List<String>> all = ipv6 ? IPV6 : IPV4;
        return new Flow(from, to, ipv6, one(all.get(from)), one(all.get(to)));
    }

    private String one(List<String> addresses) {
        return addresses.get(random.nextInt(addresses.size()));
    }

    /** Whether the receiver takes it as it is. */
    private boolean inject(SwitchHarness net, Flow flow, int number) {
        final int limit = LIMITS.get(flow.to);
        final int headers = flow.ipv6 ? IPV6_HEADERS : IPV4_HEADERS;
        final int kind = random.nextInt(10);
        final int length =
                switch (kind) {
                    case 0 -> limit;
                    case 1, 2 -> limit + 1 + random.nextInt(4_000);
                    case 3 -> 14 + 65_535 - random.nextInt(2_000);
                    default -> headers + 4 + random.nextInt(200);
                };
        final int payload = Math.min(length, 14 + 65_535) - headers;
        final byte[] bytes = ByteBuffer.allocate(payload).putInt(number).array();
        final byte[] frame =
                (flow.ipv6 ? Frames.udp6() : Frames.udp4())
                        .macs(mac(flow.to), mac(flow.from))
                        .ips(flow.source, flow.destination)
                        .id(number)
                        .payload(bytes)
                        .build();
        final boolean tooLong = frame.length > limit;
        final boolean plain = !tooLong || random.nextInt(4) == 0;
        final int longest = limit - random.nextInt(200) + (random.nextInt(16) == 0 ? 300 : 0);
        final MemoryDevice device = net.device(flow.from);
        if (plain) {
            device.inject(segments(frame));
        } else {
            device.injectToSplit(longest, segments(frame));
        }
        return plain ? !tooLong : longest <= limit;
    }

    private static long mac(String place) {
        return place.equals("wire") ? Frames.X : Frames.OWN;
    }

    private static byte[][] segments(byte[] frame) {
        final int[] ends = new int[(frame.length - 1) / SEGMENT];
        for (int i = 0; i < ends.length; i++) {
            ends[i] = (i + 1) * SEGMENT;
        }
        return Frames.split(frame, ends);
    }

    private static void check(
            String where,
            Map<String, SortedSet<Integer>> fitting,
            Map<String, List<byte[]>> transmitted) {
        transmitted.forEach(
                (device, frames) -> {
                    final Map<String, Long> last = new HashMap<>();
                    for (byte[] frame : frames) {
                        final long place = place(frame);
                        final Long before = last.put(flow(frame), place);
                        assertTrue(
                                before == null || before < place,
                                () ->
                                        "%s: %s got frame %d of %s after %d"
                                                .formatted(
                                                        where,
                                                        device,
                                                        place >> 16,
                                                        flow(frame),
                                                        before >> 16));
                        final SortedSet<Integer> missing = fitting.get(device + " " + flow(frame));
                        if (missing != null) {
                            missing.remove((int) (place >> 16));
                        }
                    }
                });
        fitting.forEach(
                (flow, missing) -> assertEquals(new TreeSet<>(), missing, where + ": " + flow));
    }

    private static String key(Flow flow) {
        return flow.to
                + " "
                + flow(
                        (flow.ipv6 ? Frames.udp6() : Frames.udp4())
                                .ips(flow.source, flow.destination)
                                .build());
    }

    /** Source and destination. */
    private static String flow(byte[] frame) {
        return isIpv6(frame)
                ? HexFormat.of().formatHex(frame, 22, 54)
                : HexFormat.of().formatHex(frame, 26, 34);
    }

    /** The number of the frame, and below it where in its packet a fragment begins. */
    private static long place(byte[] frame) {
        final ByteBuffer buffer = ByteBuffer.wrap(frame);
        return isIpv6(frame)
                ? (long) buffer.getInt(IPV6_HEADERS) << 16
                : (long) (buffer.getShort(18) & 0xFFFF) << 16 | (buffer.getShort(20) & 0x1FFF);
    }

    private static boolean isIpv6(byte[] frame) {
        return frame[12] == (byte) 0x86;
    }
}
