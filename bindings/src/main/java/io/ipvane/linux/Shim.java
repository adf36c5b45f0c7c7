// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import static io.ipvane.memory.NativeLibrary.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.ipvane.memory.NativeLibrary;
import java.lang.foreign.MemoryLayout;
import java.lang.invoke.MethodHandle;

/**
 * The Linux functions of the C shim, one method each and nothing else: addresses are longs, results
 * below zero are {@code -errno}. What a function does stands beside it in {@code native/}.
 *
 * <p>All handles are normal ones: each function is a system call that may block or copy much.
 */
final class Shim {
    private static final MethodHandle NETNS_OPEN = intCall("ipvane_netns_open", POINTER);
    private static final MethodHandle NETNS_INODE =
            intCall("ipvane_netns_inode", JAVA_INT, POINTER);
    private static final MethodHandle NETNS_OPEN_FILE =
            intCall("ipvane_netns_open_file", JAVA_INT, POINTER, JAVA_INT);
    private static final MethodHandle NETNS_SOCKET =
            intCall("ipvane_netns_socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle FD_CLOSE = intCall("ipvane_fd_close", JAVA_INT);
    private static final MethodHandle FD_READ_AT =
            NativeLibrary.call(
                    "ipvane_fd_read_at", JAVA_LONG, JAVA_INT, POINTER, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle FD_WRITE =
            NativeLibrary.call("ipvane_fd_write", JAVA_LONG, JAVA_INT, POINTER, JAVA_LONG);
    private static final MethodHandle TAP_CREATE =
            intCall("ipvane_tap_create", POINTER, POINTER, JAVA_INT, POINTER);
    private static final MethodHandle TAP_ATTACH =
            intCall("ipvane_tap_attach", JAVA_INT, POINTER, JAVA_INT, POINTER);
    private static final MethodHandle TAP_LET_GO = intCall("ipvane_tap_let_go", JAVA_INT);
    private static final MethodHandle TAP_PERSIST =
            intCall("ipvane_tap_persist", JAVA_INT, JAVA_INT);
    private static final MethodHandle NETNS_COOKIE =
            intCall("ipvane_netns_cookie", JAVA_INT, POINTER);
    private static final MethodHandle TAP_NETNS = intCall("ipvane_tap_netns", JAVA_INT);
    private static final MethodHandle TAP_NAME = intCall("ipvane_tap_name", JAVA_INT, POINTER);
    private static final MethodHandle TAP_SET_CARRIER =
            intCall("ipvane_tap_set_carrier", JAVA_INT, JAVA_INT);
    private static final MethodHandle TAP_MAC = intCall("ipvane_tap_mac", JAVA_INT, POINTER);
    private static final MethodHandle TAP_UP = intCall("ipvane_tap_up", JAVA_INT);
    private static final MethodHandle TAP_QUEUE_NEW =
            intCall("ipvane_tap_queue_new", JAVA_INT, POINTER, POINTER, POINTER);
    private static final MethodHandle TAP_QUEUE_FREE =
            NativeLibrary.call("ipvane_tap_queue_free", null, POINTER);
    private static final MethodHandle TAP_RX = intCall("ipvane_tap_rx", POINTER, POINTER, JAVA_INT);
    private static final MethodHandle TAP_TX = intCall("ipvane_tap_tx", POINTER, POINTER, JAVA_INT);
    private static final MethodHandle NETLINK_OPEN =
            intCall("ipvane_netlink_open", JAVA_INT, JAVA_INT);
    private static final MethodHandle NETLINK_JOIN =
            intCall("ipvane_netlink_join", JAVA_INT, JAVA_INT);
    private static final MethodHandle NETLINK_SEND =
            NativeLibrary.call("ipvane_netlink_send", JAVA_LONG, JAVA_INT, POINTER, JAVA_LONG);
    private static final MethodHandle NETLINK_RECEIVE =
            NativeLibrary.call(
                    "ipvane_netlink_receive", JAVA_LONG, JAVA_INT, POINTER, JAVA_LONG, JAVA_INT);
    private static final MethodHandle NETLINK_LISTEN_ALL =
            intCall("ipvane_netlink_listen_all", JAVA_INT);
    private static final MethodHandle NETLINK_NEWS =
            NativeLibrary.call(
                    "ipvane_netlink_news", JAVA_LONG, JAVA_INT, POINTER, JAVA_LONG, POINTER);
    private static final MethodHandle POLL = intCall("ipvane_poll", POINTER, JAVA_LONG, JAVA_INT);
    private static final MethodHandle WAKEUP_OPEN = intCall("ipvane_wakeup_open");
    private static final MethodHandle WAKEUP_SIGNAL =
            NativeLibrary.call("ipvane_wakeup_signal", null, JAVA_INT);
    private static final MethodHandle WAKEUP_CLEAR =
            NativeLibrary.call("ipvane_wakeup_clear", null, JAVA_INT);
    private static final MethodHandle READY_OPEN = intCall("ipvane_ready_open");
    private static final MethodHandle READY_ADD =
            intCall("ipvane_ready_add", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle READY_REMOVE =
            NativeLibrary.call("ipvane_ready_remove", null, JAVA_INT, JAVA_INT);
    private static final MethodHandle READY_TAKE = intCall("ipvane_ready_take", JAVA_INT, POINTER);
    private static final MethodHandle READY_AWAIT =
            NativeLibrary.call("ipvane_ready_await", null, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle SOCKET_RIGHTS =
            intCall("ipvane_socket_rights", POINTER, JAVA_INT, POINTER);
    private static final MethodHandle SOCKET_PIN = intCall("ipvane_socket_pin", POINTER);
    private static final MethodHandle SOCKET_LEAVE =
            intCall("ipvane_socket_leave", POINTER, JAVA_INT, POINTER, JAVA_INT);
    private static final MethodHandle SOCKET_GIVE_BACK =
            intCall("ipvane_socket_give_back", POINTER, POINTER);
    private static final MethodHandle SEQPACKET_LISTEN =
            intCall("ipvane_seqpacket_listen", POINTER);
    private static final MethodHandle SEQPACKET_CONNECT =
            intCall("ipvane_seqpacket_connect", POINTER);
    private static final MethodHandle SEQPACKET_ACCEPT =
            intCall("ipvane_seqpacket_accept", JAVA_INT);
    private static final MethodHandle SEQPACKET_SEND =
            intCall("ipvane_seqpacket_send", JAVA_INT, POINTER, JAVA_LONG, JAVA_INT);
    private static final MethodHandle SEQPACKET_RECEIVE =
            intCall("ipvane_seqpacket_receive", JAVA_INT, POINTER, JAVA_LONG, POINTER);
    private static final MethodHandle FEATURE_GET =
            intCall("ipvane_feature_get", JAVA_INT, POINTER, POINTER);
    private static final MethodHandle FEATURE_SET =
            intCall("ipvane_feature_set", JAVA_INT, POINTER, POINTER, JAVA_INT);

    private Shim() {}

    private static MethodHandle intCall(String name, MemoryLayout... arguments) {
        return NativeLibrary.call(name, JAVA_INT, arguments);
    }

    /** No shim function throws, and the types of the calls below are those of their handles. */
    private static AssertionError impossible(Throwable e) {
        return new AssertionError(e);
    }

    static int netnsOpen(long path) {
        try {
            return (int) NETNS_OPEN.invokeExact(path);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int netnsInode(int netns, long inode) {
        try {
            return (int) NETNS_INODE.invokeExact(netns, inode);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int netnsOpenFile(int netns, long path, int writable) {
        try {
            return (int) NETNS_OPEN_FILE.invokeExact(netns, path, writable);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int netnsSocket(int netns, int domain, int type, int protocol) {
        try {
            return (int) NETNS_SOCKET.invokeExact(netns, domain, type, protocol);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int close(int fd) {
        try {
            return (int) FD_CLOSE.invokeExact(fd);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static long readAt(int fd, long buffer, long size, long offset) {
        try {
            return (long) FD_READ_AT.invokeExact(fd, buffer, size, offset);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static long write(int fd, long buffer, long size) {
        try {
            return (long) FD_WRITE.invokeExact(fd, buffer, size);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int tapCreate(long name, long mac, int queues, long fds) {
        try {
            return (int) TAP_CREATE.invokeExact(name, mac, queues, fds);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int tapAttach(int netns, long name, int queues, long fds) {
        try {
            return (int) TAP_ATTACH.invokeExact(netns, name, queues, fds);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int tapLetGo(int fd) {
        try {
            return (int) TAP_LET_GO.invokeExact(fd);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int tapPersist(int fd, int on) {
        try {
            return (int) TAP_PERSIST.invokeExact(fd, on);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int netnsCookie(int netns, long cookie) {
        try {
            return (int) NETNS_COOKIE.invokeExact(netns, cookie);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int tapNetns(int fd) {
        try {
            return (int) TAP_NETNS.invokeExact(fd);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int tapName(int fd, long name) {
        try {
            return (int) TAP_NAME.invokeExact(fd, name);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int tapSetCarrier(int fd, int on) {
        try {
            return (int) TAP_SET_CARRIER.invokeExact(fd, on);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int tapMac(int fd, long mac) {
        try {
            return (int) TAP_MAC.invokeExact(fd, mac);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int tapUp(int fd) {
        try {
            return (int) TAP_UP.invokeExact(fd);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int tapQueueNew(int fd, long pool, long large, long result) {
        try {
            return (int) TAP_QUEUE_NEW.invokeExact(fd, pool, large, result);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static void tapQueueFree(long queue) {
        try {
            TAP_QUEUE_FREE.invokeExact(queue);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int tapRx(long queue, long mbufs, int max) {
        try {
            return (int) TAP_RX.invokeExact(queue, mbufs, max);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int tapTx(long queue, long mbufs, int count) {
        try {
            return (int) TAP_TX.invokeExact(queue, mbufs, count);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int netlinkOpen(int netns, int receiveBuffer) {
        try {
            return (int) NETLINK_OPEN.invokeExact(netns, receiveBuffer);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int netlinkJoin(int fd, int group) {
        try {
            return (int) NETLINK_JOIN.invokeExact(fd, group);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static long netlinkSend(int fd, long message, long length) {
        try {
            return (long) NETLINK_SEND.invokeExact(fd, message, length);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static long netlinkReceive(int fd, long buffer, long size, int wait) {
        try {
            return (long) NETLINK_RECEIVE.invokeExact(fd, buffer, size, wait);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int netlinkListenAll(int fd) {
        try {
            return (int) NETLINK_LISTEN_ALL.invokeExact(fd);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static long netlinkNews(int fd, long buffer, long size, long nsid) {
        try {
            return (long) NETLINK_NEWS.invokeExact(fd, buffer, size, nsid);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int poll(long fds, long count, int milliseconds) {
        try {
            return (int) POLL.invokeExact(fds, count, milliseconds);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int wakeupOpen() {
        try {
            return (int) WAKEUP_OPEN.invokeExact();
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static void wakeupSignal(int fd) {
        try {
            WAKEUP_SIGNAL.invokeExact(fd);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static void wakeupClear(int fd) {
        try {
            WAKEUP_CLEAR.invokeExact(fd);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int socketRights(long path, int mode, long group) {
        try {
            return (int) SOCKET_RIGHTS.invokeExact(path, mode, group);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int socketPin(long path) {
        try {
            return (int) SOCKET_PIN.invokeExact(path);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int socketLeave(long path, int fd, long aside, int keep) {
        try {
            return (int) SOCKET_LEAVE.invokeExact(path, fd, aside, keep);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int socketGiveBack(long aside, long path) {
        try {
            return (int) SOCKET_GIVE_BACK.invokeExact(aside, path);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int seqpacketListen(long path) {
        try {
            return (int) SEQPACKET_LISTEN.invokeExact(path);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int seqpacketConnect(long path) {
        try {
            return (int) SEQPACKET_CONNECT.invokeExact(path);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int seqpacketAccept(int fd) {
        try {
            return (int) SEQPACKET_ACCEPT.invokeExact(fd);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int seqpacketSend(int fd, long message, long length, int passed) {
        try {
            return (int) SEQPACKET_SEND.invokeExact(fd, message, length, passed);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int seqpacketReceive(int fd, long message, long length, long passed) {
        try {
            return (int) SEQPACKET_RECEIVE.invokeExact(fd, message, length, passed);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int readyOpen() {
        try {
            return (int) READY_OPEN.invokeExact();
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int readyAdd(int set, int fd, int place) {
        try {
            return (int) READY_ADD.invokeExact(set, fd, place);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static void readyRemove(int set, int fd) {
        try {
            READY_REMOVE.invokeExact(set, fd);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int readyTake(int set, long places) {
        try {
            return (int) READY_TAKE.invokeExact(set, places);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static void readyAwait(int set, int bell, long nanos) {
        try {
            READY_AWAIT.invokeExact(set, bell, nanos);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int featureGet(int socket, long interfaceName, long feature) {
        try {
            return (int) FEATURE_GET.invokeExact(socket, interfaceName, feature);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    static int featureSet(int socket, long interfaceName, long feature, int on) {
        try {
            return (int) FEATURE_SET.invokeExact(socket, interfaceName, feature, on);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }
}
