// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How an interface was before it was taken over, as text, one fact a line:
 *
 * <pre>
 * ipvane-takeover 1
 * boot 0f1e...                  so that a record that outlived a restart of the machine is known as such
 * netns blue                    the name; empty for the switch's own
 * netns-inode 4026532201
 * interface eth0
 * index 5
 * up true
 * promiscuous false
 * mtu 1500
 * disable_ipv6 0                missing in a kernel without IPv6
 * arp_ignore 0
 * ingress-place false
 * feature rx-gro true           any number
 * address 0a0b...               any number: the kernel's own message in hexadecimal
 * route 0a0b...                 any number
 * neighbor 0a0b...              any number
 * end
 * </pre>
 *
 * @param boot identity of this start of the machine
 * @param key the interface
 * @param netnsInode identity of its namespace
 * @param index its index there
 * @param settings how it was
 */
record TakeoverRecord(
        String boot, WatchedInterface key, long netnsInode, int index, InterfaceSettings settings) {
    private static final String FIRST_LINE = "ipvane-takeover 1";
    private static final String LAST_LINE = "end";
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    /** The state of an interface now. */
    static TakeoverRecord of(WatchedInterface key, RtNetlink netlink, Link link) {
        return new TakeoverRecord(
                bootId(),
                key,
                netlink.netns().inode(),
                link.index(),
                InterfaceSettings.read(netlink, link));
    }

    static String bootId() {
        try {
            return Files.readString(BOOT_ID).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + BOOT_ID, e);
        }
    }

    /** Whether it speaks of the interface that has this name now. */
    boolean isOf(RtNetlink netlink, WatchedInterface now) {
        return netlink.findLink(now.name()).filter(link -> isOf(netlink, link)).isPresent();
    }

    /** Whether it speaks of a namespace that has no name and is not the one of this process. */
    boolean isOutOfReach() {
        try (Netns own = Netns.open("")) {
            return key.netns().isEmpty() && boot.equals(bootId()) && netnsInode != own.inode();
        }
    }

    /** Whether it speaks of this very interface, not of an earlier one of the same name. */
    boolean isOf(RtNetlink netlink, Link link) {
        return boot.equals(bootId())
                && netnsInode == netlink.netns().inode()
                && index == link.index();
    }

    /** The text, ending with an end of line. */
    String format() {
        final List<String> lines = new ArrayList<>();
        lines.add(FIRST_LINE);
        lines.add("boot " + boot);
        lines.add("netns " + key.netns());
        lines.add("netns-inode " + netnsInode);
        lines.add("interface " + key.name());
        lines.add("index " + index);
        lines.add("up " + settings.up());
        lines.add("promiscuous " + settings.promiscuous());
        lines.add("mtu " + settings.mtu());
        settings.disableIpv6().ifPresent(value -> lines.add("disable_ipv6 " + value));
        lines.add("arp_ignore " + settings.arpIgnore());
        lines.add("ingress-place " + settings.ingressPlace());
        settings.features().forEach((name, on) -> lines.add("feature " + name + " " + on));
        settings.addresses().forEach(address -> lines.add("address " + address.hex()));
        settings.routes().forEach(route -> lines.add("route " + route.hex()));
        settings.neighbors().forEach(neighbor -> lines.add("neighbor " + neighbor.hex()));
        lines.add(LAST_LINE);
        return String.join("\n", lines) + "\n";
    }

    /**
     * Reads what {@link #format} wrote.
     *
     * @throws IllegalArgumentException where it is something else, or not all of it
     */
    static TakeoverRecord parse(String text) {
        final List<String> lines = text.lines().toList();
        if (lines.isEmpty()
                || !lines.get(0).equals(FIRST_LINE)
                || !lines.get(lines.size() - 1).equals(LAST_LINE)) {
            throw new IllegalArgumentException(
                    "it does not begin with '" + FIRST_LINE + "' and end with '" + LAST_LINE + "'");
        }
        final Map<String, String> single = new TreeMap<>();
        final Map<String, Boolean> features = new TreeMap<>();
        final List<SavedMessage> addresses = new ArrayList<>();
        final List<SavedMessage> routes = new ArrayList<>();
        final List<SavedMessage> neighbors = new ArrayList<>();
        for (final String line : lines.subList(1, lines.size() - 1)) {
            final String[] words = line.split(" ", 3);
            switch (words[0]) {
                case "feature" -> features.put(words[1], Boolean.valueOf(words[2]));
                case "address" -> addresses.add(SavedMessage.parse(words[1]));
                case "route" -> routes.add(SavedMessage.parse(words[1]));
                case "neighbor" -> neighbors.add(SavedMessage.parse(words[1]));
                default -> single.put(words[0], line.substring(words[0].length()).strip());
            }
        }
        return new TakeoverRecord(
                require(single, "boot"),
                new WatchedInterface(require(single, "netns"), require(single, "interface")),
                Long.parseLong(require(single, "netns-inode")),
                Integer.parseInt(require(single, "index")),
                new InterfaceSettings(
                        Boolean.parseBoolean(require(single, "up")),
                        Boolean.parseBoolean(single.get("promiscuous")),
                        Integer.parseInt(single.getOrDefault("mtu", "0")),
                        Optional.ofNullable(single.get("disable_ipv6")),
                        require(single, "arp_ignore"),
                        Boolean.parseBoolean(require(single, "ingress-place")),
                        features,
                        addresses,
                        routes,
                        neighbors));
    }

    private static String require(Map<String, String> facts, String name) {
        final String value = facts.get(name);
        if (value == null) {
            throw new IllegalArgumentException("'" + name + "' is missing");
        }
        return value;
    }
}
