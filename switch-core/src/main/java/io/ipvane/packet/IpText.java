// SPDX-License-Identifier: Apache-2.0
package io.ipvane.packet;

/** Text forms of addresses: reads RFC 4291, section 2.2, and writes RFC 5952. Control plane. */
final class IpText {
    private static final int GROUPS = 8;
    private static final int MAX_GROUP_DIGITS = 4;
    private static final long MAPPED = 0xFFFF_0000_0000L;

    private IpText() {}

    static IpAddress parse(String text) {
        if (text.indexOf(':') >= 0) {
            return parseIpv6(text);
        }
        final long address = parseIpv4(text, 0);
        if (address < 0) {
            throw new IllegalArgumentException(
                    "'"
                            + text
                            + "' is not an IP address; write it like 10.0.0.1 (four numbers of 0 to 255, no"
                            + " leading zeros) or 2001:db8::1");
        }
        return IpAddress.ipv4((int) address);
    }

    /** The dotted quad from {@code start} to the end of the text, or -1. */
    private static long parseIpv4(String text, int start) {
        long address = 0;
        int numbers = 0;
        int at = start;
        while (true) {
            int value = 0;
            int digits = 0;
            for (; at < text.length() && isDecimal(text.charAt(at)); at++, digits++) {
                if ((digits > 0 && value == 0) || digits == 3) {
                    return -1;
                }
                value = value * 10 + (text.charAt(at) - '0');
            }
            if (digits == 0 || value > 255) {
                return -1;
            }
            address = address << 8 | value;
            numbers++;
            if (at == text.length()) {
                return numbers == 4 ? address : -1;
            }
            if (text.charAt(at) != '.' || numbers == 4) {
                return -1;
            }
            at++;
        }
    }

    private static boolean isDecimal(char c) {
        return c >= '0' && c <= '9';
    }

    private static IpAddress parseIpv6(String text) {
        final int[] groups = new int[GROUPS];
        int count = 0;
        int gap = -1;
        int at = 0;
        if (text.startsWith("::")) {
            gap = 0;
            at = 2;
        }
        while (at < text.length()) {
            if (count == GROUPS) {
                throw malformed(text);
            }
            final int end = endOfGroup(text, at);
            if (end < text.length() && text.charAt(end) == '.') {
                final long quad = count <= GROUPS - 2 ? parseIpv4(text, at) : -1;
                if (quad < 0) {
                    throw malformed(text);
                }
                groups[count++] = (int) (quad >>> 16);
                groups[count++] = (int) quad & 0xFFFF;
                break;
            }
            groups[count++] = group(text, at, end);
            if (end == text.length()) {
                break;
            }
            at = end + 1;
            if (text.charAt(end) != ':' || at == text.length()) {
                throw malformed(text);
            }
            if (text.charAt(at) == ':') {
                if (gap >= 0) {
                    throw malformed(text);
                }
                gap = count;
                at++;
            }
        }
        if (gap < 0 ? count != GROUPS : count == GROUPS) {
            throw malformed(text);
        }
        return assemble(groups, count, gap);
    }

    private static int endOfGroup(String text, int start) {
        int end = start;
        while (end < text.length() && Hex.digit(text.charAt(end)) >= 0) {
            end++;
        }
        return end;
    }

    private static int group(String text, int start, int end) {
        if (end == start || end - start > MAX_GROUP_DIGITS) {
            throw malformed(text);
        }
        int value = 0;
        for (int i = start; i < end; i++) {
            value = value << 4 | Hex.digit(text.charAt(i));
        }
        return value;
    }

    /** Puts the groups behind {@code gap} at the end; a gap below 0 means that there is none. */
    private static IpAddress assemble(int[] groups, int count, int gap) {
        long high = 0;
        long low = 0;
        for (int i = 0; i < count; i++) {
            final int place = gap >= 0 && i >= gap ? GROUPS - count + i : i;
            final long bits = (long) groups[i] << shift(place);
            if (place < 4) {
                high |= bits;
            } else {
                low |= bits;
            }
        }
        return IpAddress.ipv6(high, low);
    }

    /** Where a group stands in its half. */
    private static int shift(int place) {
        return (3 - place % 4) * 16;
    }

    static String format(IpAddress address) {
        if (address.isIpv4()) {
            return quad(address.ipv4());
        }
        if (address.key0() == 0 && address.key1() >>> 32 << 32 == MAPPED) {
            return "::ffff:" + quad((int) address.key1());
        }
        return formatIpv6(address);
    }

    private static String quad(int address) {
        return (address >>> 24)
                + "."
                + (address >>> 16 & 0xFF)
                + "."
                + (address >>> 8 & 0xFF)
                + "."
                + (address & 0xFF);
    }

    /** RFC 5952, section 4: the first of the longest runs of two or more zero groups is cut. */
    private static String formatIpv6(IpAddress address) {
        int cut = -1;
        int cutLength = 1;
        int run = 0;
        for (int i = 0; i < GROUPS; i++) {
            run = groupOf(address, i) == 0 ? run + 1 : 0;
            if (run > cutLength) {
                cut = i + 1 - run;
                cutLength = run;
            }
        }
        final StringBuilder out = new StringBuilder(39);
        for (int i = 0; i < GROUPS; i++) {
            if (i == cut) {
                out.append("::");
                i += cutLength - 1;
                continue;
            }
            if (i > 0 && out.charAt(out.length() - 1) != ':') {
                out.append(':');
            }
            out.append(Integer.toHexString(groupOf(address, i)));
        }
        return out.toString();
    }

    private static int groupOf(IpAddress address, int place) {
        final long half = place < 4 ? address.key0() : address.key1();
        return (int) (half >>> shift(place)) & 0xFFFF;
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException(
                "'" + text + "' is not an IPv6 address; write it like 2001:db8::1, without a zone");
    }
}
