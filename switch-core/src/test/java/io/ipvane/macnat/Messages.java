// SPDX-License-Identifier: Apache-2.0
package io.ipvane.macnat;

import io.ipvane.testing.Dhcp;
import io.ipvane.testing.Frames;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** Frames that name MAC addresses behind their Ethernet header, with every checksum right. */
final class Messages {
    /** Where chaddr stands behind an IPv4 header without options. */
    static final int CHADDR = 14 + 20 + 8 + 28;

    static final int ARP_SENDER = 14 + 8;
    static final int ARP_TARGET = 14 + 18;

    /** ICMPv6 type of a message of neighbour discovery, and bytes before its options. */
    record Kind(int type, int options) {}

    static final Kind ROUTER_SOLICITATION = new Kind(133, 8);
    static final Kind ROUTER_ADVERTISEMENT = new Kind(134, 16);
    static final Kind SOLICITATION = new Kind(135, 24);
    static final Kind ADVERTISEMENT = new Kind(136, 24);
    static final Kind REDIRECT = new Kind(137, 40);

    private Messages() {}

    /** ARP from a station to everybody or to one. */
    static byte[] arp(int operation, long to, long from, long senderMac, long targetMac) {
        final byte[] frame =
                Frames.arp(operation).macs(to, from).ips(Frames.C1_4, Frames.C2_4).build();
        return Sums.mac(Sums.mac(frame, ARP_SENDER, senderMac), ARP_TARGET, targetMac);
    }

    /** A message of neighbour discovery with options as bytes. */
    static byte[] nd(Kind kind, long from, byte[]... options) {
        final ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int at = 4; at < kind.options(); at++) {
            body.write(at);
        }
        for (byte[] option : options) {
            body.writeBytes(option);
        }
        return Frames.icmp6(kind.type(), body.toByteArray())
                .macs(0x3333_0000_0001L, from)
                .ips(Frames.C1_6, "ff02::1")
                .build();
    }

    /** A link-layer address option: type 1 source, 2 target. */
    static byte[] macOption(int type, long mac) {
        return Sums.mac(new byte[] {(byte) type, 1, 0, 0, 0, 0, 0, 0}, 2, mac);
    }

    /** Any other option, in units of 8 bytes. */
    static byte[] option(int type, int units) {
        final byte[] option = new byte[8 * units];
        Arrays.fill(option, (byte) 0xA5);
        option[0] = (byte) type;
        option[1] = (byte) units;
        return option;
    }

    /** A client's request by broadcast, with its identifier in option 61, checksum right. */
    static byte[] dhcpRequest(long from, long chaddr) {
        return Sums.udp4(dhcpRequest(from, chaddr, 0).build());
    }

    static Frames dhcpRequest(long from, long chaddr, int ipOptions) {
        final Dhcp message =
                Dhcp.request(Dhcp.DISCOVER, 0x1234)
                        .hardware(chaddr)
                        .option(61, 1, 0x52, 0x54, 0, 0x12, 0x34, 0x56)
                        .padTo(300);
        return Frames.udp4()
                .macs(Frames.BROADCAST, from)
                .ips("0.0.0.0", "255.255.255.255")
                .ports(68, 67)
                .options(ipOptions)
                .payload(message.build());
    }

    /** A server's answer to one client. */
    static Frames dhcpReply(long to, long from, long chaddr, int ipOptions) {
        return Frames.udp4()
                .macs(to, from)
                .ips(Frames.X4, Frames.C1_4)
                .ports(67, 68)
                .options(ipOptions)
                .payload(
                        Dhcp.reply(Dhcp.OFFER, 0x1234)
                                .yours(Frames.C1_4)
                                .hardware(chaddr)
                                .padTo(300)
                                .build());
    }
}
