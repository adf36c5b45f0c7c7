// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.config.ThreadPlan;
import io.ipvane.control.AddressBook.Claim;
import io.ipvane.control.view.StatusUnavailableException;
import io.ipvane.model.PortModel;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.table.AddressTable;
import io.ipvane.testing.SwitchHarness;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * 32 namespaces that add and delete the same addresses at once (spec ADR-14, F9): in the kernel two
 * of them could get one IPv6 address. Here by 32 threads that tell the conductor; the same through
 * real namespaces is {@code AddressRaceE2eTest}.
 */
class AddressRaceTest {
    private static final int WRITERS = 32;
    private static final int CHANGES = 1024;
    private static final int ADDRESSES = 32;

    private static SwitchHarness network() {
        final StringBuilder yaml =
                new StringBuilder(
                        """
                        uplinks: [ { name: wire, device: "vdev:net_null0", mode: l2 } ]
                        ports:
                        """);
        for (int i = 0; i < WRITERS; i++) {
            yaml.append("  - { name: p").append(i).append(", uplink: wire, netns: n").append(i);
            yaml.append(", interface: eth0 }\n");
        }
        return new SwitchHarness(yaml.toString(), ThreadPlan.SHARED);
    }

    /** 172.25.0.16 to .47 and fc00::16 to fc00::35, as hexadecimal counts. */
    private static IpPrefix address(int i) {
        return i < ADDRESSES
                ? new IpPrefix(IpAddress.ipv4(0xAC19_0010 + i), 24)
                : new IpPrefix(IpAddress.ipv6(0xFC00_0000_0000_0000L, 0x16 + i - ADDRESSES), 64);
    }

    @Test
    void shouldNeverLetTwoPortsHaveOneAddress() throws InterruptedException {
        try (SwitchHarness net = network()) {
            final long seed = System.nanoTime();
            final List<Thread> writers = new ArrayList<>();
            final List<Set<IpPrefix>> held = new ArrayList<>();
            for (int w = 0; w < WRITERS; w++) {
                final Set<IpPrefix> own = new HashSet<>();
                held.add(own);
                final int port = net.index("p" + w);
                final SplittableRandom random = new SplittableRandom(seed + w);
                writers.add(new Thread(() -> write(net, port, random, own)));
            }
            writers.forEach(Thread::start);
            while (writers.stream().anyMatch(Thread::isAlive)) {
                net.control().step();
                net.step();
                judge(net, "seed " + seed);
            }
            for (Thread writer : writers) {
                writer.join();
            }
            net.run();
            judge(net, "seed " + seed);
            for (int w = 0; w < WRITERS; w++) {
                final Set<IpPrefix> claimed = new HashSet<>();
                final int port = net.index("p" + w);
                ask(net, c -> c.claims().book().of(port)).forEach(c -> claimed.add(c.address()));
                assertEquals(held.get(w), claimed, "what p" + w + " claims, seed " + seed);
            }
        }
    }

    private static void write(
            SwitchHarness net, int port, SplittableRandom random, Set<IpPrefix> own) {
        for (int i = 0; i < CHANGES; i++) {
            final IpPrefix address = address(random.nextInt(2 * ADDRESSES));
            if (random.nextBoolean()) {
                own.add(address);
                net.control().put(new Command.AddressAdded(port, address, false));
            } else {
                own.remove(address);
                net.control().put(new Command.AddressRemoved(port, address.address()));
            }
        }
    }

    /** An address has one active claim at most, and lookups find that one. */
    private static void judge(SwitchHarness net, String message) {
        assertEquals(List.of(), ask(net, c -> contradictions(net, c)), message);
    }

    /** On the conductor's thread, so that nothing changes meanwhile. */
    private static List<String> contradictions(SwitchHarness net, Conductor conductor) {
        final TreeMap<String, List<Integer>> active = new TreeMap<>();
        for (Claim claim : claims(conductor)) {
            active.computeIfAbsent(claim.address().address().toString(), a -> new ArrayList<>())
                    .add(claim.port());
        }
        final AddressTable table = net.snapshot().addresses();
        final List<String> all = new ArrayList<>();
        for (int i = 0; i < 2 * ADDRESSES; i++) {
            final IpAddress address = address(i).address();
            final int found = find(table, net.index("wire"), address);
            final List<Integer> owners = active.getOrDefault(address.toString(), List.of());
            if (!owners.equals(found == AddressTable.NONE ? List.of() : List.of(found))) {
                all.add(address + ": " + owners + " have it, lookups find " + found);
            }
        }
        return all;
    }

    private static List<Claim> claims(Conductor conductor) {
        final List<Claim> all = new ArrayList<>();
        for (PortModel port : conductor.model().ports()) {
            conductor.claims().book().of(port.index()).stream()
                    .filter(conductor.claims()::isActive)
                    .forEach(all::add);
        }
        return all;
    }

    private static int find(AddressTable table, int uplink, IpAddress address) {
        return address.isIpv4()
                ? table.find4(uplink, address.ipv4())
                : table.find6(uplink, address.key0(), address.key1());
    }

    /** Asks the conductor, whose turns nobody else may be making. */
    static <T> T ask(SwitchHarness net, Function<Conductor, T> question) {
        final CompletableFuture<T> answer =
                CompletableFuture.supplyAsync(() -> askUntilThereIsRoom(net, question));
        while (!answer.isDone()) {
            net.control().step();
        }
        return answer.join();
    }

    private static <T> T askUntilThereIsRoom(SwitchHarness net, Function<Conductor, T> question) {
        while (true) {
            try {
                return net.control().ask(question);
            } catch (StatusUnavailableException e) {
                Thread.onSpinWait();
            }
        }
    }
}
