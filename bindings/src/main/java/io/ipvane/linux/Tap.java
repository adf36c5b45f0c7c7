// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import io.ipvane.memory.Memory;
import io.ipvane.memory.NativeLibrary;
import java.lang.foreign.Arena;

/**
 * A TAP device that we own: it exists from {@link #create} to {@link #close}, in one namespace,
 * under its final name from the first moment. We hold its descriptors, so it stays ours when
 * somebody renames it or moves it to another namespace.
 *
 * <p>Control plane, any one thread at a time. Frames go through {@link TapQueue}.
 *
 * <p>Source: the kernel's Documentation/networking/tuntap.rst.
 */
public final class Tap implements AutoCloseable {
    /** Most queues of one device: the kernel's MAX_TAP_QUEUES. */
    public static final int MAX_QUEUES = 256;

    private final String name;
    private final String label;
    private final int[] fds;
    private volatile boolean closed;

    private Tap(String name, String label, int[] fds) {
        this.name = name;
        this.label = label;
        this.fds = fds;
    }

    /**
     * Creates a TAP device, administratively down, with carrier.
     *
     * @param netns the namespace that it appears in
     * @param name its final name
     * @param mac unicast MAC address, first byte on the wire highest; 0 for one that the kernel
     *     chooses
     * @param queues 1 to {@link #MAX_QUEUES}; more than one makes a multi-queue device
     * @throws LinuxException where the name is taken or not valid, or the privilege is missing;
     *     nothing is left behind
     */
    public static Tap create(Netns netns, String name, long mac, int queues) {
        InterfaceName.require(name);
        final String label = "tap '" + name + "' in " + netns;
        if (queues < 1 || queues > MAX_QUEUES) {
            throw new LinuxException(
                    Errno.EINVAL,
                    label + ": queues=" + queues + " is not in 1.." + MAX_QUEUES + "; give fewer");
        }
        try (Arena arena = Arena.ofConfined()) {
            final long macBytes = arena.allocate(Mac.BYTES).address();
            final long fdArray = arena.allocate(4L * queues, 4).address();
            Memory.putMac(macBytes, mac);
            final int result =
                    Shim.tapCreate(
                            netns.fd(),
                            NativeLibrary.cString(arena, name),
                            mac == 0 ? 0 : macBytes,
                            queues,
                            fdArray);
            if (result < 0) {
                throw refusal(netns, name, label, mac, -result);
            }
            final int[] fds = new int[queues];
            for (int i = 0; i < queues; i++) {
                fds[i] = Memory.i32(fdArray + 4L * i);
            }
            return new Tap(name, label, fds);
        }
    }

    private static LinuxException refusal(
            Netns netns, String name, String label, long mac, int errno) {
        final String why =
                switch (errno) {
                    case Errno.EBUSY ->
                            "the name is taken (EBUSY); choose another, or remove that interface: ip %slink del %s"
                                    .formatted(
                                            netns.name().isEmpty()
                                                    ? ""
                                                    : "-n " + netns.name() + " ",
                                            name);
                    case Errno.EADDRNOTAVAIL ->
                            "MAC address "
                                    + Mac.text(mac)
                                    + " is not a unicast address (EADDRNOTAVAIL); clear the low bit of its first byte";
                    case Errno.ENOENT, Errno.ENODEV ->
                            "/dev/net/tun is missing ("
                                    + Errno.name(errno)
                                    + "); load the driver: modprobe tun";
                    case Errno.ENOTTY ->
                            "/dev/net/tun is not the TUN/TAP driver (ENOTTY); make it that: mknod /dev/net/tun c 10 200";
                    default -> Errno.name(errno) + LinuxException.remedy(errno);
                };
        return new LinuxException(errno, label + " cannot be created: " + why);
    }

    /** The name that it was created under; somebody may have renamed it since. */
    public String name() {
        return name;
    }

    /** Number of queues. */
    public int queues() {
        return fds.length;
    }

    /** The descriptor of one queue. */
    int fd(int queue) {
        return fds[queue];
    }

    /** Shows or takes away carrier: what a cable would do (spec CFG-10). */
    public void setCarrier(boolean on) {
        LinuxException.check(
                Shim.tapSetCarrier(fds[0], on ? 1 : 0),
                "set carrier " + (on ? "on" : "off") + " of " + label);
    }

    /** The MAC address that it has now. */
    public long mac() {
        try (Arena arena = Arena.ofConfined()) {
            final long bytes = arena.allocate(Mac.BYTES).address();
            LinuxException.check(Shim.tapMac(fds[0], bytes), "read the MAC of " + label);
            return Memory.mac(bytes);
        }
    }

    /** Whether it is administratively up; false also where somebody has deleted it. */
    public boolean isUp() {
        return !closed && Shim.tapUp(fds[0]) == 1;
    }

    /** For messages: {@code tap 'eth0' in netns 'blue'}. */
    @Override
    public String toString() {
        return label;
    }

    /** Removes the device; again does nothing. Its queues are closed before. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            for (final int fd : fds) {
                Shim.close(fd);
            }
        }
    }
}
