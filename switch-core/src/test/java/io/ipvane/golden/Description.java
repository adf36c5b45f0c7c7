// SPDX-License-Identifier: Apache-2.0
package io.ipvane.golden;

import io.ipvane.packet.MacAddress;
import io.ipvane.testing.Frames;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Locale;

/** Frames in the words of the measurement: source, destination, TTL; VLAN tags not shown. */
final class Description {
    /** Nothing was seen. */
    static final String NOTHING = "-";

    private Description() {}

    /** One frame: {@code sM,dBC,ttl64}. */
    static String of(byte[] frame) {
        int l3 = 14;
        while (l3 < frame.length && frame[l3 - 2] == (byte) 0x81 && frame[l3 - 1] == 0) {
            l3 += 4;
        }
        final boolean ipv4 = frame[l3 - 2] == 8 && frame[l3 - 1] == 0;
        return source(mac(frame, 6))
                + ","
                + destination(mac(frame, 0))
                + (ipv4 ? ",ttl" + frame[l3 + 8] : "");
    }

    /** Several, or that there are none. */
    static String of(Collection<String> descriptions) {
        return descriptions.isEmpty() ? NOTHING : String.join(" ", descriptions);
    }

    /** Whether a frame has a marker in it. */
    static boolean has(byte[] frame, String marker) {
        return new String(frame, StandardCharsets.ISO_8859_1).contains(marker);
    }

    private static long mac(byte[] frame, int at) {
        return Long.parseLong(HexFormat.of().formatHex(frame, at, at + 6), 16);
    }

    private static String source(long mac) {
        if (mac == Frames.OWN) {
            return "sM";
        }
        return mac == Frames.X ? "sX" : mac == Frames.OTHER ? "sSPOOF" : "s?" + hex(mac);
    }

    private static String destination(long mac) {
        if (mac == Frames.OWN) {
            return "dM";
        }
        if (mac == Frames.X) {
            return "dX";
        }
        if (MacAddress.isBroadcast(mac)) {
            return "dBC";
        }
        return MacAddress.isGroup(mac) ? "dmc" : "d?" + hex(mac);
    }

    private static String hex(long mac) {
        return String.format(Locale.ROOT, "%012x", mac);
    }
}
