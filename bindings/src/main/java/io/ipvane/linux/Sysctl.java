// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import io.ipvane.memory.NativeLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Network settings below {@code /proc/sys/net} of one namespace. Any thread. */
final class Sysctl {
    private static final String ROOT = "/proc/sys/net/";
    private static final int LONGEST = 4096;

    private Sysctl() {}

    /** Whether an interface has IPv6, that is: there is IPv6, and it is not disabled there. */
    static boolean hasIpv6(Netns netns, String interfaceName) {
        return read(netns, disableIpv6(interfaceName)).filter("0"::equals).isPresent();
    }

    /** Path of the setting that disables IPv6 on an interface. */
    static String disableIpv6(String interfaceName) {
        return "ipv6/conf/" + interfaceName + "/disable_ipv6";
    }

    /**
     * Path of the setting that keeps IPv6 addresses, link-local ones excepted, when it goes down.
     */
    static String keepAddressesOnDown(String interfaceName) {
        return "ipv6/conf/" + interfaceName + "/keep_addr_on_down";
    }

    /** Path of the setting that keeps other IPv4 addresses of a network when its first one goes. */
    static String promoteSecondaries(String interfaceName) {
        return "ipv4/conf/" + interfaceName + "/promote_secondaries";
    }

    /**
     * Path of the setting that lets an interface make IPv6 addresses of a secret (RFC 7217), which
     * is written to it as an IPv6 address.
     */
    static String stableSecret(String interfaceName) {
        return "ipv6/conf/" + interfaceName + "/stable_secret";
    }

    /** Path of the setting that says which ARP requests an interface leaves unanswered. */
    static String arpIgnore(String interfaceName) {
        return "ipv4/conf/" + interfaceName + "/arp_ignore";
    }

    /**
     * Reads a setting, without the end of line; nothing where this kernel does not have it.
     *
     * @param path below {@code /proc/sys/net}
     */
    static Optional<String> read(Netns netns, String path) {
        final String tried = "read " + ROOT + path + " in " + netns;
        try (Arena arena = Arena.ofConfined()) {
            final int fd =
                    Shim.netnsOpenFile(netns.fd(), NativeLibrary.cString(arena, ROOT + path), 0);
            if (fd == -Errno.ENOENT) {
                return Optional.empty();
            }
            LinuxException.check(fd, tried);
            try {
                final MemorySegment buffer = arena.allocate(LONGEST);
                final int length = (int) Shim.readAt(fd, buffer.address(), LONGEST, 0);
                LinuxException.check(length, tried);
                final byte[] text = new byte[length];
                buffer.asByteBuffer().get(text);
                return Optional.of(new String(text, StandardCharsets.US_ASCII).strip());
            } finally {
                Shim.close(fd);
            }
        }
    }

    /** Writes a setting. */
    static void write(Netns netns, String path, String value) {
        final String tried = "write " + value + " to " + ROOT + path + " in " + netns;
        try (Arena arena = Arena.ofConfined()) {
            final int fd =
                    LinuxException.check(
                            Shim.netnsOpenFile(
                                    netns.fd(), NativeLibrary.cString(arena, ROOT + path), 1),
                            tried);
            try {
                final long text = NativeLibrary.cString(arena, value);
                LinuxException.check((int) Shim.write(fd, text, value.length()), tried);
            } finally {
                Shim.close(fd);
            }
        }
    }
}
