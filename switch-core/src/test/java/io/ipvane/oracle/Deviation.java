// SPDX-License-Identifier: Apache-2.0
package io.ipvane.oracle;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.testing.Frames;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Where ipvane under {@code compat: kernel} answers otherwise than the kernel, on purpose. Each is
 * a row of {@code docs/deviations.md} with its rule and reason, and here says exactly what we show
 * instead: a deviation always applies where its condition holds, so that a change in either
 * direction is found. They apply in this order.
 */
enum Deviation {
    /** What has no route is dropped; the kernel takes it for a neighbour. */
    NO_ROUTE {
        @Override
        boolean silences(OracleCase oracleCase) {
            final IpAddress to = new FrameView(oracleCase.frame()).destination();
            return routes(oracleCase)
                    && !oracleCase.network().gateway()
                    && to != null
                    && CONNECTED.stream().noneMatch(prefix -> prefix.contains(to));
        }
    },

    /**
     * A total length of IPv4 counts the packet alone. The kernel compares it with what a port has
     * handed over, Ethernet header and tags included, and so dispatches what is cut by less.
     */
    LENGTHS_WITHOUT_ETHERNET {
        @Override
        List<Sighting> expected(Seen seen) {
            if (!seen.fromPort() || !seen.sent().isShortByLessThanEthernet()) {
                return seen.kernel();
            }
            final boolean left = leftToHost(seen.oracleCase());
            if (seen.atPort()) {
                return seen.without(left || seen.routed());
            }
            return left && seen.receiver().equals("master")
                    ? List.of(Sighting.at("master", seen.oracleCase().frame()).untagged())
                    : seen.kernel();
        }

        @Override
        boolean passes(OracleCase oracleCase) {
            return oracleCase.from().equals("c1")
                    && new FrameView(oracleCase.frame()).isShortByLessThanEthernet()
                    && leftToHost(oracleCase);
        }

        /** To its own MAC: a sibling's by its address, and without one the host's. */
        private boolean leftToHost(OracleCase oracleCase) {
            final FrameView sent = new FrameView(oracleCase.frame());
            return oracleCase.network().mode().equals("l2")
                    && !oracleCase.network().flag().equals("vepa")
                    && sent.destinationMac() == sent.sourceMac();
        }
    },

    /** Malformed IP is not routed. */
    MALFORMED_NOT_ROUTED {
        @Override
        boolean silences(OracleCase oracleCase) {
            final FrameView sent = new FrameView(oracleCase.frame());
            return routes(oracleCase) && sent.destination() != null && !sent.isWellFormedIp();
        }

        @Override
        List<Sighting> expected(Seen seen) {
            return seen.without(seen.egress() && !seen.sent().isWellFormedIp());
        }
    },

    /** Addresses that may not be on a wire are not routed. */
    MARTIANS_NOT_ROUTED {
        @Override
        boolean silences(OracleCase oracleCase) {
            final FrameView sent = new FrameView(oracleCase.frame());
            return routes(oracleCase) && sent.isWellFormedIp() && hasMartian(sent);
        }

        @Override
        List<Sighting> expected(Seen seen) {
            return seen.without(seen.egress() && hasMartian(seen.sent()));
        }
    },

    /** A group's packet behind a unicast MAC does not become multicast. */
    GROUPS_NOT_ROUTED {
        @Override
        List<Sighting> expected(Seen seen) {
            return seen.without(seen.egress() && seen.sent().destination().isMulticast());
        }
    },

    /** ICMPv6 from :: stays on its link. */
    NOBODY_NOT_ROUTED {
        @Override
        boolean silences(OracleCase oracleCase) {
            final FrameView sent = new FrameView(oracleCase.frame());
            return routes(oracleCase) && sent.isFromNobody() && sent.isIcmpv6();
        }

        @Override
        List<Sighting> expected(Seen seen) {
            return seen.without(
                    seen.egress() && seen.sent().isFromNobody() && seen.sent().isIcmpv6());
        }
    },

    /** A tag opens no way between private siblings. */
    TAGS_KEEP_PRIVATE {
        @Override
        List<Sighting> expected(Seen seen) {
            return seen.without(
                    seen.fromPort()
                            && seen.atPort()
                            && seen.oracleCase().network().flag().equals("private")
                            && seen.sent().tags() > 0
                            && seen.sent().destinationMac() == seen.sent().sourceMac());
        }
    },

    /** PAUSE ends at its link behind a tag too; the kernel knows a port's by its outer type. */
    TAGGED_PAUSE_STAYS {
        @Override
        List<Sighting> expected(Seen seen) {
            return seen.without(
                    seen.fromPort()
                            && !seen.routed()
                            && seen.sent().tags() == 1
                            && seen.sent().type() == FrameView.MAC_CONTROL
                            && seen.sent().isGroup());
        }
    },

    /** A frame from a group to itself, which no port has, is the host's alone. */
    GROUP_SOURCES_NOT_FLOODED {
        @Override
        List<Sighting> expected(Seen seen) {
            return seen.without(
                    seen.fromPort()
                            && !seen.routed()
                            && seen.atPort()
                            && !seen.oracleCase().network().flag().equals("vepa")
                            && seen.sent().isGroup()
                            && seen.sent().destinationMac() == seen.sent().sourceMac()
                            && !OWN.contains(seen.sent().destination()));
        }
    },

    /** The shared MAC is the source of all that a port sends to the wire or to siblings. */
    SHARED_SOURCE_MAC {
        @Override
        List<Sighting> expected(Seen seen) {
            return seen.fromPort() && !seen.receiver().equals("master")
                    ? seen.each(frame -> mac(frame, 6, Frames.OWN))
                    : seen.kernel();
        }
    },

    /** A sibling gets unicast under its own MAC, so that its stack takes it. */
    SIBLING_OWN_MAC {
        @Override
        List<Sighting> expected(Seen seen) {
            return seen.fromPort() && seen.atPort() && !seen.sent().isGroup()
                    ? seen.each(frame -> mac(frame, 0, Frames.OWN))
                    : seen.kernel();
        }
    },

    /** Lengths and checksum of a routed packet stay as the port wrote them. */
    ROUTED_HEADER_KEPT {
        @Override
        List<Sighting> expected(Seen seen) {
            return seen.egress() ? seen.each(frame -> withHeaderOf(seen, frame)) : seen.kernel();
        }
    };

    private static final List<IpPrefix> CONNECTED =
            List.of(
                    IpPrefix.parse("10.0.0.0/24"),
                    IpPrefix.parse("fd00::/64"),
                    IpPrefix.parse("fe80::/64"));

    /** Addresses of ports. */
    private static final Set<IpAddress> OWN =
            Set.of(
                    IpAddress.parse(Frames.C1_4),
                    IpAddress.parse(Frames.C2_4),
                    IpAddress.parse(Frames.C3_4),
                    IpAddress.parse(Frames.C1_6),
                    IpAddress.parse(Frames.C2_6),
                    IpAddress.parse(Frames.C3_6));

    /**
     * One receiver of one case.
     *
     * @param kernel what it saw in the guest, changed by the deviations before this one
     */
    record Seen(OracleCase oracleCase, String receiver, List<Sighting> kernel) {
        boolean fromPort() {
            return oracleCase.from().equals("c1");
        }

        boolean routed() {
            return oracleCase.network().mode().equals("l3");
        }

        boolean atPort() {
            return receiver.startsWith("c");
        }

        /** Whether this would be a packet that the host has routed for a port. */
        boolean egress() {
            return fromPort() && routed() && !atPort() && !kernel.isEmpty();
        }

        FrameView sent() {
            return new FrameView(oracleCase.frame());
        }

        List<Sighting> without(boolean condition) {
            return condition ? List.of() : kernel;
        }

        /** All frames changed; marks follow the destination MAC. */
        List<Sighting> each(UnaryOperator<byte[]> change) {
            return kernel.stream().map(sighting -> sighting.changed(receiver, change)).toList();
        }
    }

    /** What we show to a receiver; what the kernel showed where the deviation is not concerned. */
    List<Sighting> expected(Seen seen) {
        return seen.kernel();
    }

    /** Whether the kernel may ask for the destination of a case on the wire where we do not. */
    boolean silences(OracleCase oracleCase) {
        return false;
    }

    /** Whether we pass on what the kernel drops and counts at the port that it comes from. */
    boolean passes(OracleCase oracleCase) {
        return false;
    }

    /** The name in the document. */
    String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static boolean routes(OracleCase oracleCase) {
        return oracleCase.network().mode().equals("l3") && oracleCase.from().equals("c1");
    }

    private static boolean hasMartian(FrameView sent) {
        final IpAddress to = sent.destination();
        if (to.isIpv4()) {
            final int first = to.ipv4() >>> 24;
            final int from = sent.source().ipv4() >>> 24;
            return first == 0 || first == 127 || first >= 240 || from == 127;
        }
        return isUnspecifiedOrLoopback(to)
                || (sent.source().key0() == 0 && sent.source().key1() == 1)
                || sent.source().isMulticast();
    }

    private static boolean isUnspecifiedOrLoopback(IpAddress address) {
        return address.key0() == 0 && address.key1() >>> 1 == 0;
    }

    /** Lengths, and the checksum of IPv4, as they were sent; on the wire no more than they say. */
    private static byte[] withHeaderOf(Seen seen, byte[] frame) {
        final byte[] out = frame.clone();
        final int there = seen.oracleCase().frame().length - frame.length;
        final int l3 = seen.sent().l3() - there;
        if (seen.sent().type() == FrameView.IPV4) {
            System.arraycopy(seen.oracleCase().frame(), l3 + there + 2, out, l3 + 2, 2);
            System.arraycopy(seen.oracleCase().frame(), l3 + there + 10, out, l3 + 10, 2);
        } else {
            System.arraycopy(seen.oracleCase().frame(), l3 + there + 4, out, l3 + 4, 2);
        }
        final int said = seen.sent().saidLength();
        final boolean says = seen.sent().type() == FrameView.IPV4 || said > 40;
        return seen.receiver().equals("wire") && says
                ? Arrays.copyOf(out, Math.min(l3 + said, out.length))
                : out;
    }

    private static byte[] mac(byte[] frame, int at, long mac) {
        return Frames.patch(
                frame,
                at,
                (int) (mac >>> 40),
                (int) (mac >>> 32),
                (int) (mac >>> 24),
                (int) (mac >>> 16),
                (int) (mac >>> 8),
                (int) mac);
    }
}
