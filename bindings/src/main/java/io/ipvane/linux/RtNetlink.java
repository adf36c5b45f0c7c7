// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Reads and changes interfaces, addresses and routes of one namespace, as {@code ip} does.
 *
 * <p>Every method waits until the kernel has done it, and throws {@link LinuxException} with what
 * was tried where it has not. Control plane, any thread: requests wait for each other.
 *
 * <p>Source: rtnetlink(7).
 */
public final class RtNetlink implements InterfaceLists {
    private final Netns netns;
    private final NetlinkSocket socket;

    /** Opens a socket in the namespace; the handle stays the caller's and outlives this object. */
    public RtNetlink(Netns netns) {
        this.netns = netns;
        this.socket = new NetlinkSocket(netns, 0);
    }

    // -- interfaces --

    /** The interface of that name, or nothing. */
    public Optional<Link> findLink(String name) {
        InterfaceName.require(name);
        final NetlinkRequest request =
                Link.request(Rtnl.GETLINK, 0)
                        .attribute(Rtnl.IFLA_IFNAME, name)
                        .attribute32(Rtnl.IFLA_EXT_MASK, Rtnl.EXT_MASK_SKIP_STATS);
        try {
            return Optional.ofNullable(
                    Link.decode(socket.get(request, "look up '" + name + "' in " + netns)));
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENODEV) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** The interface of that name, which must be there. */
    public Link link(String name) {
        return findLink(name)
                .orElseThrow(
                        () ->
                                new LinuxException(
                                        Errno.ENODEV,
                                        "interface '%s' does not exist in %s; see: ip %slink"
                                                .formatted(name, netns, ipOption())));
    }

    private String ipOption() {
        return netns.name().isEmpty() ? "" : "-n " + netns.name() + " ";
    }

    /** The interface with this index, or nothing. */
    Optional<Link> findLink(int index) {
        return find(index).map(Link::decode);
    }

    /** The interface with this index, where the driver of TUN and TAP devices has made it. */
    Optional<Link> findTap(int index) {
        return find(index).filter(Link::isTap).map(Link::decode);
    }

    private Optional<NetlinkMessage> find(int index) {
        final NetlinkRequest request =
                Link.request(Rtnl.GETLINK, index)
                        .attribute32(Rtnl.IFLA_EXT_MASK, Rtnl.EXT_MASK_SKIP_STATS);
        try {
            return Optional.of(socket.get(request, "look up interface " + index));
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENODEV) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Deletes an interface; none is no error. */
    void delete(Link link) {
        execute(Link.request(Rtnl.DELLINK, link.index()), "delete " + on(link), Errno.ENODEV);
    }

    /** All interfaces. */
    public List<Link> links() {
        return links(link -> true);
    }

    @Override
    public List<Link> links(Predicate<Link> which) {
        final NetlinkRequest request =
                Link.request(Rtnl.GETLINK, 0)
                        .attribute32(Rtnl.IFLA_EXT_MASK, Rtnl.EXT_MASK_SKIP_STATS);
        return decoded(
                socket.dump(
                        request,
                        "list interfaces in " + netns,
                        message -> {
                            final Link link = Link.decode(message);
                            return link != null && which.test(link);
                        }),
                Link::decode);
    }

    private static <T> List<T> decoded(
            List<NetlinkMessage> messages, Function<NetlinkMessage, T> decoder) {
        return messages.stream().map(decoder).filter(Objects::nonNull).toList();
    }

    /** Takes an interface administratively up or down. */
    public void setUp(Link link, boolean up) {
        setFlag(link, Rtnl.IFF_UP, up, "take " + on(link) + (up ? " up" : " down"));
    }

    /**
     * Switches ARP and ND of an interface on or off: off for ports of mode l3 and l3s (spec TX-34).
     */
    public void setArp(Link link, boolean on) {
        setFlag(link, Rtnl.IFF_NOARP, !on, "switch ARP " + (on ? "on" : "off") + " at " + on(link));
    }

    /** Sets or clears the flag that makes an interface take frames to any MAC. */
    void setPromiscuous(Link link, boolean on) {
        setFlag(
                link,
                Rtnl.IFF_PROMISC,
                on,
                "switch promiscuous mode " + (on ? "on" : "off") + " at " + on(link));
    }

    private void setFlag(Link link, int flag, boolean on, String tried) {
        socket.execute(Link.request(Rtnl.SETLINK, link.index(), on ? flag : 0, flag), tried);
    }

    /**
     * Moves an interface to another namespace, where it has this name; its addresses stay behind.
     */
    void move(Link link, Netns target, String name) {
        socket.execute(
                Link.request(Rtnl.SETLINK, link.index())
                        .attribute32(Rtnl.IFLA_NET_NS_FD, target.fd())
                        .attribute(Rtnl.IFLA_IFNAME, name),
                "move " + on(link) + " to " + target);
    }

    /** Sets the MTU, in bytes of L3. */
    public void setMtu(Link link, int mtu) {
        socket.execute(
                Link.request(Rtnl.SETLINK, link.index()).attribute32(Rtnl.IFLA_MTU, mtu),
                "set mtu " + mtu + " of " + on(link));
    }

    /** Sets the MAC address. */
    public void setMac(Link link, long mac) {
        socket.execute(
                Link.request(Rtnl.SETLINK, link.index())
                        .attribute(Rtnl.IFLA_ADDRESS, Mac.bytes(mac)),
                "set MAC address " + Mac.text(mac) + " of " + on(link));
    }

    /**
     * Keeps the kernel from making an IPv6 link-local address when the interface goes up (spec
     * ADR-16).
     */
    public void disableAddressGeneration(Link link) {
        final NetlinkRequest request = Link.request(Rtnl.SETLINK, link.index());
        final int families = request.nest(Rtnl.IFLA_AF_SPEC);
        final int inet6 = request.nest(Rtnl.AF_INET6);
        request.attribute8(Rtnl.IFLA_INET6_ADDR_GEN_MODE, Rtnl.IN6_ADDR_GEN_MODE_NONE);
        request.end(inet6);
        request.end(families);
        socket.execute(request, "set addrgenmode none of " + on(link));
    }

    /**
     * Gives an interface the second half of the addresses that it makes of prefixes in router
     * advertisements (spec ADR-16; ip-token(8)). The kernel refuses where it takes none: without
     * ARP, or with {@code accept_ra} 0.
     *
     * @param address whose last 64 bits are taken
     */
    public void setToken(Link link, InetAddress address) {
        final byte[] token = address.getAddress();
        Arrays.fill(token, 0, 8, (byte) 0);
        final NetlinkRequest request = Link.request(Rtnl.SETLINK, link.index());
        final int families = request.nest(Rtnl.IFLA_AF_SPEC);
        final int inet6 = request.nest(Rtnl.AF_INET6);
        request.attribute(Rtnl.IFLA_INET6_TOKEN, token);
        request.end(inet6);
        request.end(families);
        socket.execute(request, "set the IPv6 token of " + on(link));
    }

    /** Takes XDP programs off an interface, wherever they are attached; none is no error. */
    public void detachXdp(Link link) {
        // One request a place: a generic program stays when the driver's is asked for.
        for (int place = 1; place <= 3; place++) {
            if (link.xdp() == place || link.xdp() > 3) {
                final NetlinkRequest request = Link.request(Rtnl.SETLINK, link.index());
                final int xdp = request.nest(Rtnl.IFLA_XDP);
                request.attribute32(Rtnl.IFLA_XDP_FD, -1);
                request.attribute32(Rtnl.IFLA_XDP_FLAGS, xdpPlace(place));
                request.end(xdp);
                socket.execute(request, "detach the XDP program of " + on(link));
            }
        }
    }

    /** XDP_FLAGS_DRV_MODE, _SKB_MODE or _HW_MODE for a place as {@link Link#xdp} numbers it. */
    private static int xdpPlace(int place) {
        return switch (place) {
            case 1 -> 1 << 2;
            case 2 -> 1 << 1;
            default -> 1 << 3;
        };
    }

    // -- addresses --

    @Override
    public List<InterfaceAddress> addresses(Link link) {
        return decoded(dumpAddresses(link.index()), InterfaceAddress::decode);
    }

    /** An IPv6 address of one interface, if it has that and may use it. */
    Optional<InterfaceAddress> findAddress6(Link link, InetAddress address) {
        try {
            return Optional.ofNullable(
                            InterfaceAddress.decode(
                                    socket.get(
                                            InterfaceAddress.request(link.index(), address),
                                            "look up an address of " + on(link))))
                    .filter(InterfaceAddress::usable);
        } catch (LinuxException e) {
            if (e.errno() == Errno.EADDRNOTAVAIL) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** RTM_NEWADDR messages of one interface; older kernels list all, which are left out here. */
    List<NetlinkMessage> dumpAddresses(int link) {
        return socket.dump(
                InterfaceAddress.request(Rtnl.GETADDR, 0, link, null),
                "list addresses in " + netns,
                message -> {
                    final InterfaceAddress address = InterfaceAddress.decode(message);
                    return address != null && address.link() == link;
                });
    }

    /**
     * Adds an address.
     *
     * @param nodad IPv6: without asking the link whether somebody has it; no effect on IPv4
     */
    public void addAddress(Link link, IpPrefix address, boolean nodad) {
        final NetlinkRequest request =
                InterfaceAddress.request(
                        Rtnl.NEWADDR, Rtnl.CREATE | Rtnl.EXCLUSIVE, link.index(), address);
        if (nodad) {
            request.attribute32(Rtnl.IFA_FLAGS, Rtnl.IFA_F_NODAD);
        }
        socket.execute(request, "add address " + address + " to " + on(link));
    }

    /**
     * Deletes an address and no other. By itself the kernel may delete more: with the first IPv4
     * address of a network it takes those that were added to that network later, its secondaries,
     * unless {@code promote_secondaries} is set. So that is set meanwhile.
     *
     * @param link with its present name
     */
    public void deleteAddress(Link link, IpPrefix address) {
        final String setting = Sysctl.promoteSecondaries(link.name());
        final Optional<String> before =
                IpPrefix.family(address.address()) == Rtnl.AF_INET
                        ? Sysctl.read(netns, setting).filter("0"::equals)
                        : Optional.empty();
        before.ifPresent(value -> Sysctl.write(netns, setting, "1"));
        try {
            socket.execute(
                    InterfaceAddress.request(Rtnl.DELADDR, 0, link.index(), address),
                    "delete address " + address + " of " + on(link));
        } finally {
            before.ifPresent(value -> Sysctl.write(netns, setting, value));
        }
    }

    // -- routes --

    /**
     * Unicast routes of all tables through one interface, IPv4 and IPv6, multipath ones excepted.
     */
    public List<Route> routes(Link link) {
        return decoded(dumpRoutes(link.index()), Route::decode);
    }

    /** RTM_NEWROUTE messages of one interface; older kernels list all, which are left out here. */
    List<NetlinkMessage> dumpRoutes(int link) {
        final List<NetlinkMessage> routes = new ArrayList<>();
        for (final int family : new int[] {Rtnl.AF_INET, Rtnl.AF_INET6}) {
            routes.addAll(
                    socket.dump(
                            Route.list(family, link),
                            "list routes in " + netns,
                            message -> {
                                final Route route = Route.decode(message);
                                return route != null && route.link() == link;
                            }));
        }
        return routes;
    }

    // -- neighbours --

    /**
     * RTM_NEWNEIGH messages of what somebody has configured at one interface: permanent neighbours
     * and those that it answers for, in this order.
     */
    List<NetlinkMessage> dumpConfiguredNeighbors(int link) {
        final List<NetlinkMessage> neighbors = new ArrayList<>();
        for (final int flags : new int[] {0, Rtnl.NTF_PROXY}) {
            final NetlinkRequest request =
                    new NetlinkRequest(Rtnl.GETNEIGH, 0)
                            .u8(Rtnl.AF_UNSPEC)
                            .u8(0)
                            .u16(0)
                            .u32(0)
                            .u16(0)
                            .u8(flags)
                            .u8(0);
            neighbors.addAll(
                    socket.dump(
                            request,
                            "list neighbours in " + netns,
                            message -> new SavedMessage(message).isConfiguredNeighbor(link)));
        }
        return neighbors;
    }

    // -- namespaces --

    /**
     * The id of another namespace in this one, by which the kernel says where a notification is
     * from, or the lower device of an interface is; one without an id is given the lowest that is
     * free. The id goes when the namespace does.
     */
    int idOf(Netns other) {
        final int known = knownIdOf(other);
        if (known >= 0) {
            return known;
        }
        // Somebody may have been faster.
        execute(
                idRequest(Rtnl.NEWNSID, other).attribute32(Rtnl.NETNSA_NSID, -1),
                "give " + other + " an id in " + netns,
                Errno.EEXIST);
        return knownIdOf(other);
    }

    /** The same, or -1 where it has none. */
    int knownIdOf(Netns other) {
        return socket.get(
                        idRequest(Rtnl.GETNSID, other),
                        "look up the id of " + other + " in " + netns)
                .attributes(4)
                .i32(Rtnl.NETNSA_NSID, -1);
    }

    private static NetlinkRequest idRequest(int type, Netns other) {
        return new NetlinkRequest(type, 0).u32(0).attribute32(Rtnl.NETNSA_FD, other.fd());
    }

    // -- for neighbours in this package --

    /**
     * Executes a request of another kind; false where the kernel refused it with a tolerated errno.
     */
    boolean execute(NetlinkRequest request, String tried, int... tolerated) {
        return execute(request.bytes(), tried, tolerated);
    }

    /** The same for a message that is complete but for its sequence number. */
    boolean execute(byte[] message, String tried, int... tolerated) {
        try {
            socket.execute(message, tried);
            return true;
        } catch (LinuxException e) {
            if (Arrays.stream(tolerated).noneMatch(errno -> errno == e.errno())) {
                throw e;
            }
            return false;
        }
    }

    /** Lists objects of another kind. */
    List<NetlinkMessage> dump(NetlinkRequest request, String tried) {
        return socket.dump(request, tried);
    }

    /** The namespace. */
    Netns netns() {
        return netns;
    }

    private String on(Link link) {
        return "'" + link.name() + "' in " + netns;
    }

    @Override
    public void close() {
        socket.close();
    }
}
