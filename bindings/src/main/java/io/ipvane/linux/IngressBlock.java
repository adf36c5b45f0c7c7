// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Keeps the host's own stack from seeing what an interface receives: a filter at the ingress hook
 * of traffic control that drops everything. Packet sockets and XDP come before that hook and go on
 * seeing all of it.
 *
 * <p>The filter is one instruction of classic BPF ("return drop") in direct-action mode, so neither
 * the program {@code tc} nor the right to load eBPF is needed, only a kernel with {@code cls_bpf}
 * and {@code sch_ingress}. It outlives us: whoever adds it has written down that it must go.
 *
 * <p>Source: linux/pkt_cls.h, linux/pkt_sched.h; net/core/dev.c for the order of the hooks.
 */
final class IngressBlock {
    /** Our filter among those of others: "iv". */
    private static final int HANDLE = 0x6976;

    private static final int PRIORITY = 1;
    private static final int ETH_P_ALL_NETWORK_ORDER = 0x0300;
    private static final int CLSACT = 0xFFFF_FFF1;
    private static final int CLSACT_HANDLE = 0xFFFF_0000;
    private static final int INGRESS = 0xFFFF_FFF2;
    private static final int DIRECT_ACTION = 1;

    /** struct sock_filter: BPF_RET with the constant TC_ACT_SHOT. */
    private static final short RETURN_CONSTANT = 0x06;

    private static final int TC_ACT_SHOT = 2;

    private IngressBlock() {}

    /** Whether the interface has a place for ingress filters already, which is to stay then. */
    static boolean hasPlace(RtNetlink netlink, Link link) {
        final NetlinkRequest list = request(Rtnl.GETQDISC, 0, link, 0, 0, 0);
        return netlink.dump(list, "list queueing disciplines of '" + link.name() + "'").stream()
                .anyMatch(
                        qdisc ->
                                qdisc.hasFixedPart(20)
                                        && qdisc.i32(4) == link.index()
                                        && qdisc.i32(8) == CLSACT_HANDLE);
    }

    /** Whether the filter is there. */
    static boolean isThere(RtNetlink netlink, Link link) {
        final NetlinkRequest list = request(Rtnl.GETTFILTER, 0, link, 0, INGRESS, 0);
        try {
            return netlink.dump(list, "list ingress filters of '" + link.name() + "'").stream()
                    .anyMatch(
                            filter ->
                                    filter.hasFixedPart(20)
                                            && filter.i32(4) == link.index()
                                            && filter.i32(8) == HANDLE
                                            && filter.attributes(20)
                                                    .text(Rtnl.TCA_KIND)
                                                    .equals("bpf"));
        } catch (LinuxException e) {
            // The kernel says EINVAL where it has no place for filters, or knows none.
            if (e.errno() == Errno.EINVAL || e.errno() == Errno.EOPNOTSUPP) {
                return false;
            }
            throw e;
        }
    }

    /** Adds the filter, and the place for it where there is none; one that is there is no error. */
    static void add(RtNetlink netlink, Link link) {
        netlink.execute(
                place(Rtnl.NEWQDISC, Rtnl.CREATE | Rtnl.EXCLUSIVE, link),
                "add an ingress hook to '" + link.name() + "'",
                Errno.EEXIST);
        final NetlinkRequest filter = filter(Rtnl.NEWTFILTER, Rtnl.CREATE | Rtnl.EXCLUSIVE, link);
        final int options = filter.nest(Rtnl.TCA_OPTIONS);
        filter.attribute16(Rtnl.TCA_BPF_OPS_LEN, 1)
                .attribute(Rtnl.TCA_BPF_OPS, returnDrop())
                .attribute(Rtnl.TCA_BPF_NAME, "ipvane")
                .attribute32(Rtnl.TCA_BPF_FLAGS, DIRECT_ACTION);
        filter.end(options);
        netlink.execute(filter, "keep the host's stack off '" + link.name() + "'", Errno.EEXIST);
    }

    /**
     * Removes the filter; none is no error.
     *
     * @param place whether its place goes as well, because we made it
     */
    static void remove(RtNetlink netlink, Link link, boolean place) {
        final String tried = "let the host's stack see '" + link.name() + "'";
        // The kernel says EINVAL where the place is missing, and ENOENT where the filter is.
        netlink.execute(filter(Rtnl.DELTFILTER, 0, link), tried, Errno.ENOENT, Errno.EINVAL);
        if (place) {
            netlink.execute(place(Rtnl.DELQDISC, 0, link), tried, Errno.ENOENT, Errno.EINVAL);
        }
    }

    private static NetlinkRequest place(int type, int flags, Link link) {
        return request(type, flags, link, CLSACT_HANDLE, CLSACT, 0)
                .attribute(Rtnl.TCA_KIND, "clsact");
    }

    private static NetlinkRequest filter(int type, int flags, Link link) {
        final int info = PRIORITY << 16 | ETH_P_ALL_NETWORK_ORDER;
        return request(type, flags, link, HANDLE, INGRESS, info).attribute(Rtnl.TCA_KIND, "bpf");
    }

    /** A request with its struct tcmsg. */
    private static NetlinkRequest request(
            int type, int flags, Link link, int handle, int parent, int info) {
        return new NetlinkRequest(type, flags)
                .u8(Rtnl.AF_UNSPEC)
                .u8(0)
                .u16(0)
                .u32(link.index())
                .u32(handle)
                .u32(parent)
                .u32(info);
    }

    /** One struct sock_filter. */
    private static byte[] returnDrop() {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.nativeOrder())
                .putShort(RETURN_CONSTANT)
                .putShort((short) 0)
                .putInt(TC_ACT_SHOT)
                .array();
    }
}
