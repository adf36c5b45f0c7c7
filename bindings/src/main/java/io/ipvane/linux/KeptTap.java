// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is written down of a TAP that stays in its namespace when the switch ends, as text, one fact
 * a line:
 *
 * <pre>
 * ipvane-tap 1
 * boot 0f1e...                  so that a record of an earlier boot is known as such
 * owner unix:/run/ipvane/...    the switch that made it
 * netns blue                    as configured; empty for the switch's own
 * interface eth0                as configured; somebody may have renamed it
 * home 4711                     cookie of the namespace that it was made for
 * cookie 4711                   cookie of the namespace that it is in
 * inode 4026532201              inode of that namespace, to find it by
 * index 5                       its index there
 * number 7                      for its link-local address
 * link-local fe80::1/64         missing for none
 * address 10.0.0.11/24          any number: what the switch gave it
 * end
 * </pre>
 *
 * <p>Cookie and index say which interface is meant, whatever its name is by now: the kernel gives a
 * cookie to one namespace only, and an index to one interface of a namespace after the other.
 *
 * @param boot identity of this start of the machine
 * @param owner identity of the switch that made it
 * @param key the interface, as configured
 * @param home cookie of the namespace that it was made for
 * @param place where it is
 * @param number for {@link PortLinkLocal}
 * @param linkLocal its link-local address
 * @param addresses what the switch gave it
 */
record KeptTap(
        String boot,
        String owner,
        WatchedInterface key,
        long home,
        Place place,
        int number,
        Optional<IpPrefix> linkLocal,
        List<IpPrefix> addresses) {
    private static final String FIRST_LINE = "ipvane-tap 1";
    private static final String LAST_LINE = "end";

    /**
     * Which interface it is.
     *
     * @param cookie of its namespace
     * @param inode of its namespace
     * @param index of the interface there
     */
    record Place(long cookie, long inode, int index) {
        static Place of(Netns netns, Link link) {
            return new Place(netns.cookie(), netns.inode(), link.index());
        }
    }

    KeptTap {
        addresses = List.copyOf(addresses);
    }

    KeptTap withPlace(Place now) {
        return new KeptTap(boot, owner, key, home, now, number, linkLocal, addresses);
    }

    KeptTap withAddresses(List<IpPrefix> now) {
        return new KeptTap(boot, owner, key, home, place, number, linkLocal, now);
    }

    /**
     * Opens the namespace that it is in, by the configured name or the one that the namespace has
     * now; nothing where it has ended, or has no name any more. The caller closes the handle.
     */
    Optional<Netns> open() {
        for (final String name : List.of(key.netns(), Netns.nameOf(place.inode()))) {
            final Optional<Netns> netns = openAs(name);
            if (netns.isPresent()) {
                return netns;
            }
        }
        return Optional.empty();
    }

    private Optional<Netns> openAs(String name) {
        try (UndoLog undo = new UndoLog()) {
            final Netns netns = Netns.open(name);
            undo.add(netns::close);
            if (netns.cookie() != place.cookie()) {
                return Optional.empty();
            }
            undo.forget();
            return Optional.of(netns);
        } catch (LinuxException e) {
            // No namespace has this name now.
            return Optional.empty();
        }
    }

    /** The text, ending with an end of line. */
    String format() {
        final List<String> lines = new ArrayList<>();
        lines.add(FIRST_LINE);
        lines.add("boot " + boot);
        lines.add("owner " + owner);
        lines.add("netns " + key.netns());
        lines.add("interface " + key.name());
        lines.add("home " + home);
        lines.add("cookie " + place.cookie());
        lines.add("inode " + place.inode());
        lines.add("index " + place.index());
        lines.add("number " + number);
        linkLocal.ifPresent(address -> lines.add("link-local " + address));
        addresses.forEach(address -> lines.add("address " + address));
        lines.add(LAST_LINE);
        return String.join("\n", lines) + "\n";
    }

    /**
     * Reads what {@link #format} wrote.
     *
     * @throws IllegalArgumentException where it is something else, or not all of it
     */
    static KeptTap parse(String text) {
        final List<String> lines = text.lines().toList();
        if (lines.size() < 2
                || !lines.get(0).equals(FIRST_LINE)
                || !lines.get(lines.size() - 1).equals(LAST_LINE)) {
            throw new IllegalArgumentException(
                    "it does not begin with '" + FIRST_LINE + "' and end with '" + LAST_LINE + "'");
        }
        final Map<String, String> facts = new TreeMap<>();
        final List<IpPrefix> addresses = new ArrayList<>();
        for (final String line : lines.subList(1, lines.size() - 1)) {
            final int space = line.indexOf(' ');
            final String name = space < 0 ? line : line.substring(0, space);
            final String value = space < 0 ? "" : line.substring(space + 1);
            if (name.equals("address")) {
                addresses.add(IpPrefix.parse(value));
            } else {
                facts.put(name, value);
            }
        }
        return new KeptTap(
                require(facts, "boot"),
                require(facts, "owner"),
                new WatchedInterface(require(facts, "netns"), require(facts, "interface")),
                Long.parseLong(require(facts, "home")),
                new Place(
                        Long.parseLong(require(facts, "cookie")),
                        Long.parseLong(require(facts, "inode")),
                        Integer.parseInt(require(facts, "index"))),
                Integer.parseInt(require(facts, "number")),
                Optional.ofNullable(facts.get("link-local")).map(IpPrefix::parse),
                addresses);
    }

    private static String require(Map<String, String> facts, String name) {
        final String value = facts.get(name);
        if (value == null) {
            throw new IllegalArgumentException("'" + name + "' is missing");
        }
        return value;
    }
}
