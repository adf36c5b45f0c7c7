// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The interfaces that get their frames from another one through the host's stack: VLAN, macvlan,
 * ipvlan and tunnel interfaces on top of it, in whatever namespace they are, and a bridge or bond
 * that it belongs to.
 *
 * <p>The kernel lists the interfaces of one namespace, so all {@link Namespaces} are asked.
 */
final class UpperInterfaces {
    private static final int FIXED_PART = 16;

    /** Their lower device is a peer: it does not get the frames that theirs receives. */
    private static final Set<String> PAIRS = Set.of("veth", "netkit", "vxcan");

    private UpperInterfaces() {}

    /**
     * How to speak of those on top of an interface; empty where there are none.
     *
     * @param netlink in the namespace of the interface
     */
    static List<String> of(RtNetlink netlink, Link lower) {
        final List<String> found = new ArrayList<>();
        for (final NetlinkMessage message : links(netlink)) {
            final Attributes of = message.attributes(FIXED_PART);
            final int master = of.i32(Rtnl.IFLA_MASTER, 0);
            if (message.i32(4) == lower.index() && master != 0) {
                found.add(nameOf(netlink, master) + ", whose member it is,");
            }
            if (!of.has(Rtnl.IFLA_LINK_NETNSID) && isOn(of, lower)) {
                found.add(described(of));
            }
        }
        final long here = netlink.netns().inode();
        Namespaces.all()
                .forEach(
                        (inode, path) -> {
                            if (inode != here) {
                                found.addAll(inOther(netlink.netns(), path, lower));
                            }
                        });
        return found;
    }

    private static List<NetlinkMessage> links(RtNetlink netlink) {
        return netlink
                .dump(
                        Link.request(Rtnl.GETLINK, 0)
                                .attribute32(Rtnl.IFLA_EXT_MASK, Rtnl.EXT_MASK_SKIP_STATS),
                        "list interfaces in " + netlink.netns())
                .stream()
                .filter(message -> Link.decode(message) != null)
                .toList();
    }

    private static String nameOf(RtNetlink netlink, int index) {
        return netlink.links().stream()
                .filter(link -> link.index() == index)
                .map(link -> "'" + link.name() + "'")
                .findFirst()
                .orElse("interface " + index);
    }

    private static boolean isOn(Attributes of, Link lower) {
        final Attributes info = of.nested(Rtnl.IFLA_LINKINFO);
        final boolean isVxlan = info.text(Rtnl.IFLA_INFO_KIND).equals("vxlan");
        final int link =
                isVxlan
                        ? info.nested(Rtnl.IFLA_INFO_DATA).i32(Rtnl.IFLA_VXLAN_LINK, 0)
                        : of.i32(Rtnl.IFLA_LINK, 0);
        return link == lower.index() && !PAIRS.contains(info.text(Rtnl.IFLA_INFO_KIND));
    }

    private static String described(Attributes of) {
        final String kind = of.nested(Rtnl.IFLA_LINKINFO).text(Rtnl.IFLA_INFO_KIND);
        return kind + " interface '" + of.text(Rtnl.IFLA_IFNAME) + "'";
    }

    /** Those in another namespace; none where it has ended, or keeps us out. */
    private static List<String> inOther(Netns here, String path, Link lower) {
        final List<String> found = new ArrayList<>();
        try (Netns netns = Netns.open(path);
                RtNetlink netlink = new RtNetlink(netns)) {
            // An interface on top of ours has given ours an id there.
            final int id = netlink.knownIdOf(here);
            if (id < 0) {
                return found;
            }
            for (final NetlinkMessage message : links(netlink)) {
                final Attributes of = message.attributes(FIXED_PART);
                if (of.i32(Rtnl.IFLA_LINK_NETNSID, -1) == id && isOn(of, lower)) {
                    found.add(described(of) + " in " + netns);
                }
            }
        } catch (LinuxException e) {
            return found;
        }
        return found;
    }
}
