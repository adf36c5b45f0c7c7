// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dhcp;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A DHCP message as far as the switch cares, read out of the payload of a datagram. Immutable.
 *
 * <pre>
 *   0 op  1 htype  2 hlen  3 hops   4 xid  8 secs 10 flags  12 ciaddr 16 yiaddr 20 siaddr 24 giaddr
 *  28 chaddr (16)  44 sname (64)  108 file (128)  236 magic cookie  240 options     RFC 2131, section 2
 * </pre>
 *
 * <p>Options stand behind the cookie, and where option 52 says so in {@code file} and {@code sname}
 * too. A message is refused where an option reaches beyond its area, where one that matters here is
 * there twice or has a wrong length, and where it is not of Ethernet: better no help than help to
 * what clients and servers may understand otherwise.
 *
 * @param payload all bytes; not to be changed
 * @param reply whether a server sent it
 * @param ownAddress {@code ciaddr}, host order; 0 for none
 * @param yourAddress {@code yiaddr}
 * @param relay {@code giaddr}
 * @param hardware {@code chaddr}, first byte on the wire highest
 * @param type {@link #DISCOVER} and so on
 * @param requested option 50; 0 for none
 * @param mask option 1; 0 for none
 * @param leaseSeconds option 51; -1 for none
 * @param rapidCommit whether option 80 is there: two messages do for four
 * @param signed whether option 90 is there: a change would invalidate it
 * @param clientId option 61
 * @param overload which fields hold options too: 1 {@code file}, 2 {@code sname}, 3 both
 * @param end where the options behind the cookie end: offset of their END, or of the end of the
 *     payload
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record DhcpMessage(
        byte[] payload,
        boolean reply,
        int xid,
        int ownAddress,
        int yourAddress,
        int relay,
        long hardware,
        int type,
        int requested,
        int mask,
        long leaseSeconds,
        boolean rapidCommit,
        boolean signed,
        Optional<ClientId> clientId,
        int overload,
        int end) {
    static final int DISCOVER = 1;
    static final int OFFER = 2;
    static final int REQUEST = 3;
    static final int DECLINE = 4;
    static final int ACK = 5;
    static final int NAK = 6;
    static final int RELEASE = 7;
    static final int INFORM = 8;

    /** A lease without end. */
    static final long FOREVER = 0xFFFF_FFFFL;

    static final int OPTIONS = 240;

    /** Every message says in an option of 3 bytes what it is. */
    private static final int MIN_LENGTH = OPTIONS + 3;

    static final int SNAME = 44;
    static final int SNAME_LENGTH = 64;
    static final int FILE = 108;
    static final int FILE_LENGTH = 128;
    static final int CLIENT_ID = 61;
    static final int IN_FILE = 1;
    static final int IN_SNAME = 2;
    static final int PAD = 0;
    static final int END = 255;

    private static final int COOKIE = 236;
    private static final int MAGIC = 0x6382_5363;
    private static final int ETHERNET = 1;
    private static final int ETHERNET_LENGTH = 6;
    private static final int XID = 4;
    private static final int CIADDR = 12;
    private static final int YIADDR = 16;
    private static final int GIADDR = 24;
    private static final int CHADDR = 28;

    /** Reads a message; empty where it is none, or none that can be trusted to mean one thing. */
    static Optional<DhcpMessage> read(byte[] payload) {
        if (payload.length < MIN_LENGTH) {
            return Optional.empty();
        }
        final ByteBuffer at = ByteBuffer.wrap(payload);
        final int op = at.get(0);
        if ((op != 1 && op != 2)
                || at.get(1) != ETHERNET
                || at.get(2) != ETHERNET_LENGTH
                || at.getInt(COOKIE) != MAGIC) {
            return Optional.empty();
        }
        final Options options = new Options(at);
        if (!options.read() || options.type < DISCOVER || options.type > INFORM) {
            return Optional.empty();
        }
        final long hardware = at.getLong(CHADDR) >>> 16;
        return Optional.of(
                new DhcpMessage(
                        payload,
                        op == 2,
                        at.getInt(XID),
                        at.getInt(CIADDR),
                        at.getInt(YIADDR),
                        at.getInt(GIADDR),
                        hardware,
                        options.type,
                        options.requested,
                        options.mask,
                        options.leaseSeconds,
                        options.rapidCommit,
                        options.signed,
                        Optional.ofNullable(options.clientId),
                        options.overload,
                        options.end));
    }

    /** The address that a client speaks of: the one it asks for, else the one it has. */
    int wanted() {
        return requested != 0 ? requested : ownAddress;
    }

    /** Collects the options of all areas. */
    private static final class Options {
        private static final int SUBNET_MASK = 1;
        private static final int REQUESTED_ADDRESS = 50;
        private static final int LEASE_TIME = 51;
        private static final int OVERLOAD = 52;
        private static final int MESSAGE_TYPE = 53;
        private static final int RAPID_COMMIT = 80;
        private static final int AUTHENTICATION = 90;

        /** An absent number; no option that is read here can have it. */
        private static final int NONE = -1;

        private final ByteBuffer at;
        int overload;
        int type = NONE;
        int requested;
        int mask;
        long leaseSeconds = NONE;
        boolean rapidCommit;
        boolean signed;
        ClientId clientId;
        int end;

        Options(ByteBuffer at) {
            this.at = at;
        }

        /** Whether all options could be read: first those behind the cookie (RFC 2131, 4.1). */
        boolean read() {
            end = area(OPTIONS, at.capacity());
            return end != NONE
                    && overload <= (IN_FILE | IN_SNAME)
                    && ((overload & IN_FILE) == 0 || area(FILE, FILE + FILE_LENGTH) != NONE)
                    && ((overload & IN_SNAME) == 0 || area(SNAME, SNAME + SNAME_LENGTH) != NONE);
        }

        /** Where the area's options end, or {@link #NONE} where they contradict themselves. */
        private int area(int from, int to) {
            int offset = from;
            while (offset < to) {
                final int code = at.get(offset) & 0xFF;
                if (code == END) {
                    return offset;
                }
                if (code == PAD) {
                    offset++;
                    continue;
                }
                if (offset + 2 > to || offset + 2 + (at.get(offset + 1) & 0xFF) > to) {
                    return NONE;
                }
                final int length = at.get(offset + 1) & 0xFF;
                if (!option(code, offset + 2, length)) {
                    return NONE;
                }
                offset += 2 + length;
            }
            return to;
        }

        private boolean option(int code, int offset, int length) {
            switch (code) {
                case SUBNET_MASK -> {
                    if (length != 4) {
                        return false;
                    }
                    mask = at.getInt(offset);
                }
                case REQUESTED_ADDRESS -> {
                    if (length != 4 || requested != 0) {
                        return false;
                    }
                    requested = at.getInt(offset);
                }
                case LEASE_TIME -> {
                    if (length != 4 || leaseSeconds != NONE) {
                        return false;
                    }
                    leaseSeconds = at.getInt(offset) & 0xFFFF_FFFFL;
                }
                case OVERLOAD -> {
                    if (length != 1 || overload != 0) {
                        return false;
                    }
                    overload = at.get(offset) & 0xFF;
                }
                case MESSAGE_TYPE -> {
                    if (length != 1 || type != NONE) {
                        return false;
                    }
                    type = at.get(offset) & 0xFF;
                }
                case CLIENT_ID -> {
                    if (length == 0 || clientId != null) {
                        return false;
                    }
                    final byte[] bytes = new byte[length];
                    at.get(offset, bytes);
                    clientId = ClientId.of(bytes);
                }
                case RAPID_COMMIT -> rapidCommit = true;
                case AUTHENTICATION -> signed = true;
                default -> {
                    // Between client and server.
                }
            }
            return true;
        }
    }
}
