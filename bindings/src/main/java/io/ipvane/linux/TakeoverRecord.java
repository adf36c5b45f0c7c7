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
 * netns-cookie 4711             no other namespace gets this number before the next boot
 * interface eth0
 * index 5
 * incomplete true               only where a restore failed in part
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
 * @param netnsInode inode of its namespace, which another may have later
 * @param netnsCookie identity of its namespace; 0 in a record of an older switch
 * @param index its index there, which another may have later
 * @param incomplete it was given back, and something failed
 * @param settings how it was
 */
record TakeoverRecord(
        String boot,
        WatchedInterface key,
        long netnsInode,
        long netnsCookie,
        int index,
        boolean incomplete,
        InterfaceSettings settings) {
    /** What the takeover sets where it cannot add a filter. */
    static final String IGNORE_ALL_ARP = "8";

    private static final String FIRST_LINE = "ipvane-takeover 1";
    private static final String LAST_LINE = "end";
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    /** The state of an interface now. */
    static TakeoverRecord of(WatchedInterface key, RtNetlink netlink, Link link) {
        return new TakeoverRecord(
                bootId(),
                key,
                netlink.netns().inode(),
                netlink.netns().cookie(),
                link.index(),
                false,
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

    /**
     * Whether it speaks of this very interface, not of an earlier one of the same name. The kernel
     * may have given name, index and inode again, so the interface also has to bear a mark: what
     * the takeover did to it first.
     */
    boolean isOf(RtNetlink netlink, Link link) {
        return boot.equals(bootId())
                && (netnsCookie == 0
                        ? netnsInode == netlink.netns().inode()
                        : netnsCookie == netlink.netns().cookie())
                && index == link.index()
                && (incomplete || bearsAMark(netlink, link));
    }

    private boolean bearsAMark(RtNetlink netlink, Link link) {
        return IngressBlock.isThere(netlink, link)
                || (!settings.arpIgnore().equals(IGNORE_ALL_ARP)
                        && Sysctl.read(netlink.netns(), Sysctl.arpIgnore(link.name()))
                                .filter(IGNORE_ALL_ARP::equals)
                                .isPresent());
    }

    /** The same after a restore that failed in part: the mark may be gone. */
    TakeoverRecord afterIncompleteRestore() {
        return new TakeoverRecord(boot, key, netnsInode, netnsCookie, index, true, settings);
    }

    /** The text, ending with an end of line. */
    String format() {
        final List<String> lines = new ArrayList<>();
        lines.add(FIRST_LINE);
        lines.add("boot " + boot);
        lines.add("netns " + key.netns());
        lines.add("netns-inode " + netnsInode);
        lines.add("netns-cookie " + netnsCookie);
        lines.add("interface " + key.name());
        lines.add("index " + index);
        if (incomplete) {
            lines.add("incomplete true");
        }
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
                Long.parseLong(single.getOrDefault("netns-cookie", "0")),
                Integer.parseInt(require(single, "index")),
                Boolean.parseBoolean(single.get("incomplete")),
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
