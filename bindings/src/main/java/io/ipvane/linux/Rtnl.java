// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

/**
 * Numbers of rtnetlink that we use. Sources: linux/netlink.h, rtnetlink.h, if_link.h, if_addr.h.
 */
final class Rtnl {
    // Message types.
    static final int NLMSG_ERROR = 2;
    static final int NLMSG_DONE = 3;
    static final int NEWLINK = 16;
    static final int DELLINK = 17;
    static final int GETLINK = 18;
    static final int SETLINK = 19;
    static final int NEWADDR = 20;
    static final int DELADDR = 21;
    static final int GETADDR = 22;
    static final int NEWROUTE = 24;
    static final int DELROUTE = 25;
    static final int GETROUTE = 26;
    static final int NEWQDISC = 36;
    static final int DELQDISC = 37;
    static final int GETQDISC = 38;
    static final int NEWTFILTER = 44;
    static final int DELTFILTER = 45;
    static final int GETTFILTER = 46;

    static final int NEWNEIGH = 28;
    static final int GETNEIGH = 30;
    static final int NEWMULTICAST = 56;
    static final int NEWNSID = 88;
    static final int DELNSID = 89;
    static final int GETNSID = 90;

    // Flags of requests and answers.
    static final int REQUEST = 0x01;
    static final int ACK = 0x04;
    static final int DUMP_INTERRUPTED = 0x10;
    static final int EXCLUSIVE = 0x200;
    static final int DUMP = 0x300;
    static final int CREATE = 0x400;
    static final int APPEND = 0x800;
    static final int ACK_TLVS = 0x200;

    // Groups of notifications. The last two exist since Linux 6.14.
    static final int GROUP_LINK = 1;
    static final int GROUP_IPV4_ADDRESS = 5;
    static final int GROUP_IPV6_ADDRESS = 9;
    static final int GROUP_NETNS_ID = 28;
    static final int GROUP_IPV4_MULTICAST = 37;
    static final int GROUP_IPV6_MULTICAST = 38;

    // Address families.
    static final int AF_UNSPEC = 0;
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;

    // Flags of an interface.
    static final int IFF_UP = 0x1;
    static final int IFF_NOARP = 0x80;
    static final int IFF_PROMISC = 0x100;
    static final int IFF_ALLMULTI = 0x200;
    static final int IFF_LOWER_UP = 0x10000;

    // Attributes of a link.
    static final int IFLA_ADDRESS = 1;
    static final int IFLA_IFNAME = 3;
    static final int IFLA_MTU = 4;
    static final int IFLA_LINK = 5;
    static final int IFLA_MASTER = 10;
    static final int IFLA_LINKINFO = 18;
    static final int IFLA_AF_SPEC = 26;
    static final int IFLA_NET_NS_FD = 28;
    static final int IFLA_EXT_MASK = 29;
    static final int IFLA_CARRIER = 33;
    static final int IFLA_LINK_NETNSID = 37;
    static final int IFLA_XDP = 43;
    static final int IFLA_INET6_TOKEN = 7;
    static final int IFLA_INET6_ADDR_GEN_MODE = 8;
    static final int IN6_ADDR_GEN_MODE_NONE = 1;
    static final int IFLA_INFO_KIND = 1;
    static final int IFLA_INFO_DATA = 2;
    static final int IFLA_VXLAN_LINK = 3;
    static final int NETNSA_NSID = 1;
    static final int NETNSA_FD = 3;
    static final int IFLA_XDP_FD = 1;
    static final int IFLA_XDP_ATTACHED = 2;
    static final int IFLA_XDP_FLAGS = 3;
    static final int EXT_MASK_SKIP_STATS = 1 << 3;

    // Attributes and flags of an address.
    static final int IFA_ADDRESS = 1;
    static final int IFA_LOCAL = 2;
    static final int IFA_LABEL = 3;
    static final int IFA_BROADCAST = 4;
    static final int IFA_CACHEINFO = 6;
    static final int IFA_MULTICAST = 7;
    static final int IFA_FLAGS = 8;
    static final int IFA_F_NODAD = 0x02;
    static final int IFA_F_DADFAILED = 0x08;
    static final int IFA_F_TENTATIVE = 0x40;
    static final int IFA_F_STABLE_PRIVACY = 0x800;

    // Attributes, flags and states of a neighbour.
    static final int NDA_DST = 1;
    static final int NDA_CACHEINFO = 3;
    static final int NDA_PROBES = 4;
    static final int NTF_PROXY = 0x08;
    static final int NUD_PERMANENT = 0x80;

    // Attributes, flags and values of a route.
    static final int RTA_DST = 1;
    static final int RTA_OIF = 4;
    static final int RTA_GATEWAY = 5;
    static final int RTA_PRIORITY = 6;
    static final int RTA_PREFSRC = 7;
    static final int RTA_MULTIPATH = 9;
    static final int RTA_TABLE = 15;
    static final int RTM_F_CLONED = 0x200;
    static final int RTN_UNICAST = 1;
    static final int RTN_LOCAL = 2;
    static final int RTN_BROADCAST = 3;
    static final int RTN_ANYCAST = 4;
    static final int RTN_MULTICAST = 5;
    static final int RTPROT_KERNEL = 2;
    static final int RTPROT_STATIC = 4;
    static final int RT_SCOPE_UNIVERSE = 0;
    static final int RT_SCOPE_LINK = 253;
    static final int RT_TABLE_MAIN = 254;
    static final int RT_TABLE_LOCAL = 255;

    // Traffic control.
    static final int TCA_KIND = 1;
    static final int TCA_OPTIONS = 2;
    static final int TCA_BPF_OPS_LEN = 4;
    static final int TCA_BPF_OPS = 5;
    static final int TCA_BPF_NAME = 7;
    static final int TCA_BPF_FLAGS = 8;

    private Rtnl() {}
}
