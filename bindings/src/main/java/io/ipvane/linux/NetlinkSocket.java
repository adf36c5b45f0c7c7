// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import io.ipvane.memory.Memory;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A NETLINK_ROUTE socket of one namespace: requests with their answers, or notifications.
 *
 * <p>A socket serves one of the two, since lost notifications would be reported in the middle of an
 * answer. Methods lock the socket: any thread.
 */
final class NetlinkSocket implements AutoCloseable {
    /** Larger than any datagram that the kernel makes, which is 32 KiB. */
    private static final int BUFFER = 1 << 16;

    /** In the place of an id: the socket's own namespace. */
    static final int OWN = -1;

    private static final int DUMP_ATTEMPTS = 8;

    /** Objects of a list that is not asked for again: that takes longer than the next change. */
    private static final int LONG_DUMP = 10_000;

    /** Of the objects of one list: some 300,000 addresses. */
    private static final int MOST_BYTES = 24 << 20;

    private static final int ERROR_FIXED_PART = 4;
    private static final int ERROR_TEXT = 1;

    private final String namespace;
    private final int fd;
    private final Arena arena = Arena.ofShared();
    private final long buffer = arena.allocate(BUFFER, 8).address();
    private final long nsid = arena.allocate(4, 4).address();
    private int sequence;

    /**
     * @param receiveBuffer bytes of notifications that may wait, 0 for the system's default
     */
    NetlinkSocket(Netns netns, int receiveBuffer) {
        namespace = netns.toString();
        final int result = Shim.netlinkOpen(netns.fd(), receiveBuffer);
        if (result < 0) {
            arena.close();
            throw LinuxException.cannot(-result, "open rtnetlink in " + netns);
        }
        fd = result;
    }

    /** For poll(2). */
    int fd() {
        return fd;
    }

    /** Asks for the notifications of a group; false where this kernel has none of that number. */
    boolean join(int group) {
        final int result = Shim.netlinkJoin(fd, group);
        if (result == -Errno.EINVAL) {
            return false;
        }
        LinuxException.check(result, "listen to rtnetlink group " + group + " in " + namespace);
        return true;
    }

    /**
     * Sends a request and waits until the kernel has done it.
     *
     * @param tried what the request is for, to follow "cannot"
     */
    synchronized void execute(NetlinkRequest request, String tried) {
        execute(request.bytes(), tried);
    }

    /** The same for a message that is complete but for ACK and its sequence number. */
    synchronized void execute(byte[] message, String tried) {
        send(message, Rtnl.REQUEST | Rtnl.ACK, tried);
        while (true) {
            for (final NetlinkMessage answer : receive(tried)) {
                if (answer.sequence() == sequence && answer.type() == Rtnl.NLMSG_ERROR) {
                    failOnError(answer, tried);
                    return;
                }
            }
        }
    }

    /** Sends a request for one object and returns it. */
    synchronized NetlinkMessage get(NetlinkRequest request, String tried) {
        send(request.bytes(), Rtnl.REQUEST, tried);
        while (true) {
            for (final NetlinkMessage answer : receive(tried)) {
                if (answer.sequence() == sequence) {
                    failOnError(answer, tried);
                    return answer;
                }
            }
        }
    }

    /** All objects of a kind. */
    List<NetlinkMessage> dump(NetlinkRequest request, String tried) {
        return dump(request, tried, message -> true);
    }

    /**
     * Sends a request for all objects of a kind; a list that changed under the kernel is asked for
     * again. How many there are is up to whoever owns the namespace: what is not wanted is not
     * kept, and what is wanted has a bound.
     *
     * @throws LinuxException with EOVERFLOW beyond that
     */
    synchronized List<NetlinkMessage> dump(
            NetlinkRequest request, String tried, Predicate<NetlinkMessage> wanted) {
        Collected objects = null;
        for (int attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
            send(request.bytes(), Rtnl.REQUEST | Rtnl.DUMP, tried);
            objects = new Collected(wanted);
            if (collect(objects, tried) || objects.seen > LONG_DUMP) {
                break;
            }
        }
        // Still interrupted after so many attempts, or too long for them: a mixture of neighbouring
        // moments, and news of the changes is under way to whoever listens.
        if (objects.bytes > MOST_BYTES) {
            throw new LinuxException(
                    Errno.EOVERFLOW,
                    "cannot %s: there are %d bytes of them, more than %d; delete some"
                            .formatted(tried, objects.bytes, MOST_BYTES));
        }
        return objects.kept;
    }

    /** What was collected of a dump. */
    private static final class Collected {
        private final Predicate<NetlinkMessage> wanted;
        private final List<NetlinkMessage> kept = new ArrayList<>();
        private long bytes;
        private long seen;

        Collected(Predicate<NetlinkMessage> wanted) {
            this.wanted = wanted;
        }

        void add(NetlinkMessage object) {
            seen++;
            if (wanted.test(object)) {
                bytes += object.bytes().length;
                if (bytes <= MOST_BYTES) {
                    kept.add(object);
                }
            }
        }
    }

    /** Collects up to the end of a dump; false where it was interrupted by a change. */
    private boolean collect(Collected objects, String tried) {
        boolean consistent = true;
        while (true) {
            for (final NetlinkMessage answer : receive(tried)) {
                if (answer.sequence() != sequence) {
                    continue;
                }
                consistent &= (answer.flags() & Rtnl.DUMP_INTERRUPTED) == 0;
                failOnError(answer, tried);
                if (answer.type() == Rtnl.NLMSG_DONE) {
                    failOnDone(answer, tried);
                    return consistent;
                }
                objects.add(answer);
            }
        }
    }

    /**
     * Hears of every namespace that has an id in the socket's own, not only of that; none of them
     * is kept alive by it.
     */
    void listenToAll() {
        LinuxException.check(
                Shim.netlinkListenAll(fd), "listen to rtnetlink of all namespaces with an id");
    }

    /**
     * Notifications that came together.
     *
     * @param nsid the id that their namespace has in the socket's own; {@link #OWN}: they are of
     *     the socket's own
     */
    record News(int nsid, List<NetlinkMessage> messages) {}

    /**
     * Takes the notifications of one datagram without waiting; nothing where none waits.
     *
     * @throws LinuxException with ENOBUFS where notifications were lost
     */
    synchronized Optional<News> poll() {
        final long length = Shim.netlinkNews(fd, buffer, BUFFER, nsid);
        return length == -Errno.EAGAIN
                ? Optional.empty()
                : Optional.of(
                        new News(
                                Memory.i32(nsid),
                                messages(length, "listen to rtnetlink in " + namespace)));
    }

    private void send(byte[] message, int flags, String tried) {
        final ByteBuffer header = ByteBuffer.wrap(message).order(ByteOrder.nativeOrder());
        header.putShort(6, (short) (header.getShort(6) | flags));
        header.putInt(8, ++sequence);
        header.putInt(12, 0);
        Memory.put(buffer, message);
        LinuxException.check((int) Shim.netlinkSend(fd, buffer, message.length), tried);
    }

    private List<NetlinkMessage> receive(String tried) {
        return messages(Shim.netlinkReceive(fd, buffer, BUFFER, 1), tried);
    }

    private List<NetlinkMessage> messages(long length, String tried) {
        if (length == -Errno.EAGAIN) {
            throw new LinuxException(
                    Errno.EAGAIN, "cannot " + tried + ": the kernel does not answer (EAGAIN)");
        }
        LinuxException.check((int) length, tried);
        return NetlinkMessage.parse(Memory.bytes(buffer, (int) Math.min(length, BUFFER)));
    }

    private static void failOnError(NetlinkMessage answer, String tried) {
        if (answer.type() == Rtnl.NLMSG_ERROR && answer.i32(0) != 0) {
            // Our own request follows the error number, its header only, since NETLINK_CAP_ACK is
            // set.
            final String reason =
                    (answer.flags() & Rtnl.ACK_TLVS) == 0
                            ? ""
                            : answer.attributes(ERROR_FIXED_PART + NetlinkRequest.HEADER)
                                    .text(ERROR_TEXT);
            throw failure(-answer.i32(0), reason, tried);
        }
    }

    private static void failOnDone(NetlinkMessage answer, String tried) {
        if (answer.hasFixedPart(4) && answer.i32(0) < 0) {
            throw failure(-answer.i32(0), "", tried);
        }
    }

    private static LinuxException failure(int errno, String reason, String tried) {
        if (reason.isEmpty()) {
            return LinuxException.cannot(errno, tried);
        }
        return new LinuxException(
                errno,
                "cannot %s: %s (%s)%s"
                        .formatted(tried, Errno.name(errno), reason, LinuxException.remedy(errno)));
    }

    @Override
    public synchronized void close() {
        Shim.close(fd);
        arena.close();
    }
}
