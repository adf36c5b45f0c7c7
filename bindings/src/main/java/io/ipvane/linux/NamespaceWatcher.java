// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import io.ipvane.memory.Memory;
import io.ipvane.request.Request;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Watches interfaces in any number of namespaces with one thread, and tells a listener of
 * addresses, link and multicast groups (spec ADR-12, ADR-13, ADR-17b, CFG-8 to CFG-10).
 *
 * <p>When {@link #watch} returns, the listener has been told all that there was. After that an
 * event comes within milliseconds; lost notifications are made up for by listing everything;
 * multicast groups may take a second. A handle keeps a watched namespace alive, so the deletion of
 * its name is not seen.
 *
 * <p>Whatever goes wrong in one namespace is logged, and the namespace is asked again after a pause
 * ({@link Pause}); the thread goes on for all others.
 *
 * <p>Public methods: any thread. Everything else happens on the thread {@code namespace-watcher}.
 */
public final class NamespaceWatcher implements AutoCloseable {
    /** Bytes of notifications that may wait in a namespace: thousands of them. */
    private static final int RECEIVE_BUFFER = 1 << 20;

    private static final long LONGEST_WAIT = TimeUnit.SECONDS.toNanos(1);
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(5);
    private static final int POLL_FD = 8;
    private static final int POLLIN = 1;

    /** What poll(2) passes over. */
    private static final int NO_FD = -1;

    private static final System.Logger LOG = System.getLogger(NamespaceWatcher.class.getName());

    private final InterfaceListener listener;
    private final int receiveBuffer;
    private final int wakeup;
    private final Thread thread = new Thread(this::run, "namespace-watcher");
    private final Queue<Request<Void>> tasks = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    // Owned by the thread.
    private final List<WatchedNamespace> namespaces = new ArrayList<>();
    private Arena pollArena;
    private long pollFds;

    /** A watcher that tells this listener; it does nothing before {@link #start}. */
    public NamespaceWatcher(InterfaceListener listener) {
        this(listener, RECEIVE_BUFFER);
    }

    NamespaceWatcher(InterfaceListener listener, int receiveBuffer) {
        this.listener = event -> tell(listener, event);
        this.receiveBuffer = receiveBuffer;
        this.wakeup = LinuxException.check(Shim.wakeupOpen(), "make a wake-up descriptor");
        thread.setDaemon(true);
    }

    private static void tell(InterfaceListener listener, InterfaceEvent event) {
        try {
            listener.onEvent(event);
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "a listener failed at " + event, e);
        }
    }

    /**
     * Starts the thread and watches these interfaces; all that there is has been reported when it
     * returns.
     *
     * @throws LinuxException where a namespace does not exist; nothing is watched then
     */
    public void start(List<WatchedInterface> interfaces) {
        thread.start();
        try {
            interfaces.forEach(this::watch);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Watches one interface more, and follows it when its name changes. All that there is of it has
     * been reported when this returns; one that is not there is reported as gone, and as soon as it
     * appears.
     *
     * @throws LinuxException where the namespace does not exist
     */
    public void watch(WatchedInterface at) {
        execute(() -> begin(at));
    }

    /** No longer watches an interface; nothing of it is reported once this has returned. */
    public void unwatch(WatchedInterface at) {
        execute(() -> end(at));
    }

    /**
     * Says that an interface may have joined or left a group: it sent IGMP or MLD, for instance.
     */
    public void multicastMayHaveChanged(WatchedInterface at) {
        submit(
                Request.of(
                        () ->
                                namespaces.stream()
                                        .filter(namespace -> namespace.watches(at))
                                        .forEach(WatchedNamespace::groupsMayHaveChanged)));
    }

    /** How often notifications were lost and made up for, of the namespaces watched now. */
    long losses() {
        final long[] sum = new long[1];
        execute(() -> namespaces.forEach(namespace -> sum[0] += namespace.losses()));
        return sum[0];
    }

    /**
     * Runs a task on the thread and waits for it; the listener may call this as well.
     *
     * @throws LinuxException where the thread does not come to it in time; it then never runs
     */
    private void execute(Runnable task) {
        if (Thread.currentThread() == thread) {
            task.run();
            return;
        }
        final Request<Void> request = Request.of(task);
        submit(request);
        if (!request.finish(PATIENCE)) {
            throw new LinuxException(
                    Errno.EAGAIN,
                    closed
                            ? "the namespace watcher is closed"
                            : "the namespace watcher has not come to a change in %d s; try again"
                                    .formatted(TimeUnit.NANOSECONDS.toSeconds(PATIENCE)));
        }
        request.answer();
    }

    private void submit(Request<Void> task) {
        tasks.add(task);
        if (closed) {
            // Nobody may be left to run it; if somebody is, withdrawing comes too late and does no
            // harm.
            task.withdraw();
        } else {
            Shim.wakeupSignal(wakeup);
        }
    }

    // -- on the thread --

    private void run() {
        final Pause pause = new Pause("the namespace watcher");
        try {
            while (!closed) {
                turn(pause);
            }
        } finally {
            closed = true;
            namespaces.forEach(WatchedNamespace::close);
            if (pollArena != null) {
                pollArena.close();
            }
            for (Request<Void> task = tasks.poll(); task != null; task = tasks.poll()) {
                task.withdraw();
            }
        }
    }

    /** One round; the thread outlives whatever may be wrong with it, as others wait for it. */
    private void turn(Pause pause) {
        try {
            waitForNews();
            runTasks();
            final long now = System.nanoTime();
            for (final WatchedNamespace namespace : List.copyOf(namespaces)) {
                namespace.look(now);
            }
            pause.worked();
        } catch (RuntimeException | Error e) {
            LockSupport.parkNanos(pause.failed(e));
        }
    }

    private void waitForNews() {
        if (pollArena == null) {
            rebuildPollFds();
        }
        final long now = System.nanoTime();
        long wait = LONGEST_WAIT;
        for (int i = 0; i < namespaces.size(); i++) {
            final WatchedNamespace namespace = namespaces.get(i);
            wait = Math.min(wait, Math.max(0, namespace.due() - now));
            putPollFd(i + 1, namespace.isPaused(now) ? NO_FD : namespace.fd());
        }
        // Rounded up: a wait that ends a little early would be followed by another of zero.
        final int milliseconds = (int) TimeUnit.NANOSECONDS.toMillis(wait + 999_999);
        final int ready = Shim.poll(pollFds, namespaces.size() + 1L, milliseconds);
        LinuxException.check(ready, "wait for rtnetlink");
        if (isReady(0)) {
            Shim.wakeupClear(wakeup);
        }
    }

    private boolean isReady(int i) {
        return Memory.u16(pollFds + (long) i * POLL_FD + 6) != 0;
    }

    private void runTasks() {
        for (Request<Void> task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    private void begin(WatchedInterface at) {
        final WatchedNamespace namespace = namespace(Netns.open(at.netns()));
        try {
            namespace.add(at, listener);
        } catch (RuntimeException | Error e) {
            end(at);
            throw e;
        }
    }

    /** The namespace of a handle, which it takes over. */
    private WatchedNamespace namespace(Netns netns) {
        final long inode = netns.inode();
        for (final WatchedNamespace known : namespaces) {
            if (known.inode() == inode) {
                netns.close();
                known.takeNews();
                return known;
            }
        }
        final WatchedNamespace added = new WatchedNamespace(netns, receiveBuffer);
        namespaces.add(added);
        rebuildPollFds();
        return added;
    }

    private void end(WatchedInterface at) {
        namespaces.forEach(namespace -> namespace.remove(at));
        for (final WatchedNamespace namespace : List.copyOf(namespaces)) {
            if (namespace.isEmpty()) {
                namespaces.remove(namespace);
                namespace.close();
            }
        }
        rebuildPollFds();
    }

    /** Makes the array of struct pollfd: the wake-up first, then the namespaces in their order. */
    private void rebuildPollFds() {
        final Arena fresh = Arena.ofConfined();
        pollFds = fresh.allocate((namespaces.size() + 1L) * POLL_FD, 8).address();
        putPollFd(0, wakeup);
        if (pollArena != null) {
            pollArena.close();
        }
        pollArena = fresh;
    }

    private void putPollFd(int i, int fd) {
        Memory.put32(pollFds + (long) i * POLL_FD, fd);
        Memory.put16(pollFds + (long) i * POLL_FD + 4, POLLIN);
        Memory.put16(pollFds + (long) i * POLL_FD + 6, 0);
    }

    /** Ends the thread and gives everything back. Not to be called by the listener. */
    @Override
    public void close() {
        closed = true;
        Shim.wakeupSignal(wakeup);
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        Shim.close(wakeup);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
