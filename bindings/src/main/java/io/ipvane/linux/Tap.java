// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A TAP device that we own: it exists from {@link #create} to {@link #close}, or until somebody
 * deletes it, or the namespace that it is in ends. We hold its descriptors, so it stays ours when
 * somebody renames it or moves it to another namespace; they tell where it is now.
 *
 * <p>It keeps no namespace alive: its descriptors belong to that of this process, where it is made
 * before it moves to its own. Only one that has stayed from an earlier process can be opened
 * nowhere but where it is, see {@link #attach}.
 *
 * <p>Control plane, any one thread at a time. Frames go through {@link TapQueue}.
 *
 * <p>Source: the kernel's Documentation/networking/tuntap.rst.
 */
public final class Tap implements AutoCloseable {
    /** Most queues of one device: the kernel's MAX_TAP_QUEUES. */
    public static final int MAX_QUEUES = 256;

    /** Name of a device until it moves; the kernel puts a number that is free. */
    private static final String ON_THE_WAY = "ipvane%d";

    /** IFNAMSIZ. */
    private static final int NAME_BYTES = 16;

    private final String label;
    private final int[] fds;
    private final boolean holdsNamespace;
    private volatile boolean closed;

    private Tap(String label, int[] fds, boolean holdsNamespace) {
        this.label = label;
        this.fds = fds;
        this.holdsNamespace = holdsNamespace;
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
        try {
            return netns.isOwn()
                    ? open(name, label, mac, queues)
                    : moved(open(ON_THE_WAY, label, mac, queues), netns, name);
        } catch (LinuxException e) {
            throw refusal(netns, name, label, mac, e.errno());
        }
    }

    /**
     * Opens a device that has stayed where it was when the process that had it ended, see {@link
     * #persist}. It has carrier again. Its descriptors keep the namespace alive that it is in now.
     *
     * @param netns the namespace that it is in
     * @param name its name there
     * @throws LinuxException with EINVAL where it was made for one queue and several are wanted, or
     *     the other way round; EBUSY where somebody has it; ENODEV where there is none
     */
    static Tap attach(Netns netns, String name, int queues) {
        final String label = "tap '" + name + "' in " + netns;
        try (Arena arena = Arena.ofConfined()) {
            final long fdArray = arena.allocate(4L * queues, 4).address();
            final MemorySegment nameBytes = arena.allocate(NAME_BYTES);
            nameBytes.setString(0, name);
            LinuxException.check(
                    Shim.tapAttach(netns.fd(), nameBytes.address(), queues, fdArray),
                    "open " + label + " again");
            return new Tap(label, descriptors(fdArray, queues), !netns.isOwn());
        }
    }

    private static int[] descriptors(long array, int queues) {
        final int[] fds = new int[queues];
        for (int i = 0; i < queues; i++) {
            fds[i] = Memory.i32(array + 4L * i);
        }
        return fds;
    }

    /** Makes the device in the namespace of this process. */
    private static Tap open(String name, String label, long mac, int queues) {
        try (Arena arena = Arena.ofConfined()) {
            final long macBytes = arena.allocate(Mac.BYTES).address();
            final long fdArray = arena.allocate(4L * queues, 4).address();
            final MemorySegment nameBytes = arena.allocate(NAME_BYTES);
            nameBytes.setString(0, name);
            Memory.putMac(macBytes, mac);
            final int result =
                    Shim.tapCreate(nameBytes.address(), mac == 0 ? 0 : macBytes, queues, fdArray);
            LinuxException.check(result, "create " + label);
            return new Tap(label, descriptors(fdArray, queues), false);
        }
    }

    /** The device moves with its final name; it goes where it cannot have it. */
    private static Tap moved(Tap tap, Netns netns, String name) {
        try (Netns own = Netns.open("");
                RtNetlink netlink = new RtNetlink(own)) {
            netlink.move(netlink.link(tap.name()), netns, name);
            return tap;
        } catch (LinuxException e) {
            tap.close();
            throw e;
        }
    }

    private static LinuxException refusal(
            Netns netns, String name, String label, long mac, int errno) {
        final String why =
                switch (errno) {
                    case Errno.EBUSY, Errno.EEXIST ->
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
        return new LinuxException(
                errno == Errno.EEXIST ? Errno.EBUSY : errno, label + " cannot be created: " + why);
    }

    /**
     * The name that it has now.
     *
     * @throws LinuxException with EBADFD where it was deleted
     */
    public String name() {
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment name = arena.allocate(NAME_BYTES);
            LinuxException.check(Shim.tapName(fds[0], name.address()), "name " + label);
            return name.getString(0);
        }
    }

    /**
     * Opens the namespace that it is in now. The caller closes the handle soon: it keeps the
     * namespace alive.
     *
     * @throws LinuxException with EBADFD where it was deleted
     */
    public Netns netns() {
        return Netns.of(
                LinuxException.check(Shim.tapNetns(fds[0]), "find the netns of " + label),
                "of " + label);
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

    /**
     * Lets the device stay when its last descriptor is closed, by {@link #close} or the end of this
     * process: without carrier, with all that was done to it in its namespace.
     *
     * @throws LinuxException with EBADFD where it was deleted
     */
    void persist(boolean on) {
        LinuxException.check(
                Shim.tapPersist(fds[0], on ? 1 : 0),
                "let " + label + (on ? " stay" : " go") + " with its last descriptor");
    }

    /**
     * Lets the device and its namespace go: to those who use it, it is as if somebody had deleted
     * it. For a device that {@link #holdsNamespace}.
     */
    void letGo() {
        persist(false);
        for (final int fd : fds) {
            LinuxException.check(Shim.tapLetGo(fd), "let " + label + " go");
        }
    }

    /** Whether its descriptors keep a namespace alive that is not that of this process. */
    boolean holdsNamespace() {
        return holdsNamespace;
    }

    /** Whether it is administratively up; false also where somebody has deleted it. */
    public boolean isUp() {
        return !closed && Shim.tapUp(fds[0]) == 1;
    }

    /** Whether somebody has deleted it, or its namespace has ended. */
    public boolean isGone() {
        try {
            return closed || name().isEmpty();
        } catch (LinuxException e) {
            return e.errno() == Errno.EBADFD;
        }
    }

    /** For messages: {@code tap 'eth0' in netns 'blue'}. */
    @Override
    public String toString() {
        return label;
    }

    /**
     * Removes the device, unless it is to stay; again does nothing. Its queues are closed before.
     */
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
