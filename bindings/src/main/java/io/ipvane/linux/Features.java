// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import io.ipvane.memory.NativeLibrary;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Offload features of interfaces, by the names that {@code ethtool -k} shows in its source: {@code
 * rx-gro}, {@code rx-lro}. Source: linux/ethtool.h, net/core {@code netdev_features_strings}. One
 * thread.
 */
final class Features implements AutoCloseable {
    /** This makes frames of which nobody can tell what they were on the wire. */
    static final String LRO = "rx-lro";

    /** These make frames longer than they were on the wire, which XDP would cut. */
    static final List<String> MERGING =
            List.of("rx-gro", "rx-gro-hw", "rx-gro-list", LRO, "rx-udp-gro-forwarding");

    /** This takes VLAN tags out of frames: XDP programs never see them then. */
    static final String VLAN_STRIPPING = "rx-vlan-hw-parse";

    /** What a TAP's stack leaves to its device, and whoever opens the device offers to do. */
    static final List<String> OFFERED =
            List.of(
                    "tx-checksum-ip-generic",
                    "tx-tcp-segmentation",
                    "tx-tcp6-segmentation",
                    "tx-tcp-ecn-segmentation",
                    "tx-udp-segmentation");

    /** All features that a takeover may change. */
    static final List<String> CHANGED =
            Stream.concat(MERGING.stream(), Stream.of(VLAN_STRIPPING)).toList();

    // Bits of a state, as the shim gives them.
    private static final int WANTED = 1;
    private static final int ACTIVE = 2;
    private static final int CHANGEABLE = 4;

    private static final int SOCK_DGRAM = 2;

    private final Netns netns;
    private final int socket;

    Features(Netns netns) {
        this.netns = netns;
        this.socket = netns.socket(Rtnl.AF_INET, SOCK_DGRAM, 0);
    }

    /** Those of the names that the interface has and lets us change, and whether each is wanted. */
    Map<String, Boolean> wanted(String interfaceName, Iterable<String> names) {
        final Map<String, Boolean> wanted = new TreeMap<>();
        for (final String name : names) {
            final int state = get(interfaceName, name);
            if (state >= 0 && (state & CHANGEABLE) != 0) {
                wanted.put(name, (state & WANTED) != 0);
            }
        }
        return wanted;
    }

    /** Whether a feature works now. */
    boolean isActive(String interfaceName, String name) {
        final int state = get(interfaceName, name);
        return state >= 0 && (state & ACTIVE) != 0;
    }

    private int get(String interfaceName, String name) {
        try (Arena arena = Arena.ofConfined()) {
            return Shim.featureGet(
                    socket,
                    NativeLibrary.cString(arena, interfaceName),
                    NativeLibrary.cString(arena, name));
        }
    }

    void set(String interfaceName, String name, boolean on) {
        try (Arena arena = Arena.ofConfined()) {
            LinuxException.check(
                    Shim.featureSet(
                            socket,
                            NativeLibrary.cString(arena, interfaceName),
                            NativeLibrary.cString(arena, name),
                            on ? 1 : 0),
                    "switch %s of '%s' in %s %s"
                            .formatted(name, interfaceName, netns, on ? "on" : "off"));
        }
    }

    @Override
    public void close() {
        Shim.close(socket);
    }
}
