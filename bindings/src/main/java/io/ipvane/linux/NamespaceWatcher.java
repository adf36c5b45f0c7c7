// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import io.ipvane.memory.Memory;
import io.ipvane.request.Request;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * Watches interfaces in any number of namespaces with one thread, and tells a listener of
 * addresses, link and multicast groups (spec ADR-12, ADR-13, ADR-17b, CFG-8 to CFG-10).
 *
 * <p>When {@link #watch} returns, the listener has been told all that there was. After that an
 * event comes within milliseconds; lost notifications are made up for by listing everything;
 * multicast groups may take a second.
 *
 * <p>A socket or an open file in a namespace would keep it alive, so there is none: sockets in the
 * namespace of this process hear of all others, which have an id there for that, and of their end
 * ({@link NamespaceNews}). A TAP is asked where it is ({@link InterfaceSearch}).
 *
 * <p>Whatever goes wrong in one namespace is logged, and the namespace is asked again after a pause
 * ({@link Pause}); the thread goes on for all others.
 *
 * <p>Public methods: any thread. Everything else happens on the thread {@code namespace-watcher}.
 */
public final class NamespaceWatcher implements AutoCloseable {
    /** Bytes of notifications that may wait, of all namespaces: thousands of them. */
    private static final int RECEIVE_BUFFER = 4 << 20;

    private static final long LONGEST_WAIT = TimeUnit.SECONDS.toNanos(1);
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(5);
    private static final int POLL_FD = 8;
    private static final int POLLIN = 1;

    private static final System.Logger LOG = System.getLogger(NamespaceWatcher.class.getName());

    private final InterfaceListener listener;
    private final int wakeup;
    private final Netns own = Netns.open("");

    private final Thread thread = new Thread(this::run, "namespace-watcher");
    private final Queue<Request<Void>> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean givenBack = new AtomicBoolean();
    private volatile boolean closed;

    // Owned by the thread.
    private final WatchedNamespaces namespaces;
    private final InterfaceSearch search;
    private final NamespaceNews news;
    private final Arena pollArena = Arena.ofShared();
    private final long pollFds = pollArena.allocate(3L * POLL_FD, 8).address();
    private long letGoAt = System.nanoTime();

    /** A watcher that tells this listener; it does nothing before {@link #start}. */
    public NamespaceWatcher(InterfaceListener listener) {
        this(listener, RECEIVE_BUFFER);
    }

    NamespaceWatcher(InterfaceListener listener, int receiveBuffer) {
        this(listener, receiveBuffer, RtNetlink::new);
    }

    /**
     * @param lists opens what lists everything that a namespace has
     */
    NamespaceWatcher(
            InterfaceListener listener, int receiveBuffer, Function<Netns, InterfaceLists> lists) {
        this.listener = event -> tell(listener, event);
        try (UndoLog undo = new UndoLog()) {
            wakeup = LinuxException.check(Shim.wakeupOpen(), "make a wake-up descriptor");
            undo.add(() -> Shim.close(wakeup));
            namespaces = new WatchedNamespaces(own);
            undo.add(namespaces::close);
            search = new InterfaceSearch(namespaces, lists);
            news = new NamespaceNews(own, receiveBuffer, namespaces, search);
            undo.forget();
        }
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
        execute(() -> begin(new InterfaceState(at, null, listener)));
    }

    /**
     * Watches a TAP, and follows it when its name or its namespace changes. All that there is of it
     * has been reported when this returns. No other interface is taken for it, whatever its name:
     * when it is gone it is gone for ever.
     *
     * @param at how its events speak of it
     */
    public void watch(WatchedInterface at, Tap tap) {
        execute(() -> begin(new InterfaceState(at, tap, listener)));
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
                                namespaces
                                        .states(at)
                                        .forEach(
                                                state ->
                                                        namespaces
                                                                .holding(state)
                                                                .groupsMayHaveChanged())));
    }

    /**
     * Looks now what has happened by now: reads all news that waits, and asks the kernel for those
     * IPv6 addresses of TAPs that are not known yet. An IPv4 address has been in the news before
     * anybody can send from it; one of IPv6 that is not tried out first ({@code nodad}) may be used
     * a little before. When {@code then} runs, on the watcher's thread, all that was found has been
     * reported.
     *
     * @param wanted IPv6 addresses by interface, few of them: each costs a system call
     */
    public void look(Map<WatchedInterface, Set<InetAddress>> wanted, Runnable then) {
        submit(
                Request.of(
                        () -> {
                            try {
                                news.take();
                                wanted.forEach(this::lookFor);
                            } finally {
                                then.run();
                            }
                        }));
    }

    private void lookFor(WatchedInterface at, Set<InetAddress> wanted) {
        namespaces.states(at).forEach(state -> search.lookFor(state, wanted));
    }

    /** How often notifications were lost. */
    long losses() {
        final long[] sum = new long[1];
        execute(() -> sum[0] = news.losses());
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
        putPollFd(0, wakeup);
        putPollFd(1, news.descriptors()[0]);
        putPollFd(2, news.descriptors()[1]);
        try {
            while (!closed) {
                turn(pause);
            }
        } finally {
            closed = true;
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
            // Taken without looking at poll's answer.
            news.take();
            final long now = System.nanoTime();
            search.run(now);
            letGo(now);
            namespaces.all().forEach(namespace -> namespace.readGroups(now));
            pause.worked();
        } catch (RuntimeException | Error e) {
            LockSupport.parkNanos(pause.failed(e));
        }
    }

    private void waitForNews() {
        final long now = System.nanoTime();
        long wait = LONGEST_WAIT;
        for (final WatchedNamespace namespace : namespaces.all()) {
            wait = Math.min(wait, Math.max(0, namespace.groupsDue() - now));
        }
        wait = search.idle(now, wait);
        // Rounded up: a wait that ends a little early would be followed by another of zero.
        final int milliseconds = (int) TimeUnit.NANOSECONDS.toMillis(wait + 999_999);
        LinuxException.check(Shim.poll(pollFds, 3, milliseconds), "wait for rtnetlink");
        if (Memory.u16(pollFds + 6) != 0) {
            Shim.wakeupClear(wakeup);
        }
    }

    private void putPollFd(int i, int fd) {
        Memory.put32(pollFds + (long) i * POLL_FD, fd);
        Memory.put16(pollFds + (long) i * POLL_FD + 4, POLLIN);
        Memory.put16(pollFds + (long) i * POLL_FD + 6, 0);
    }

    private void runTasks() {
        for (Request<Void> task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /**
     * Lets TAPs go whose descriptors are all that keeps their namespace: those that have stayed
     * from an earlier process can be opened nowhere but inside, see {@link Tap#attach}.
     */
    private void letGo(long now) {
        if (now - letGoAt < LONGEST_WAIT) {
            return;
        }
        letGoAt = now;
        for (final WatchedNamespace namespace : namespaces.all()) {
            final List<InterfaceState> held =
                    namespace.interfaces().stream()
                            .filter(state -> state.tap() != null && state.tap().holdsNamespace())
                            .toList();
            if (!held.isEmpty() && !Namespaces.isInUse(namespace.inode())) {
                for (final InterfaceState state : held) {
                    state.tap().letGo();
                    namespaces.remove(state);
                    state.gone(true);
                }
            }
        }
    }

    private void begin(InterfaceState state) {
        try (Netns netns = state.open()) {
            news.take();
            namespaces.of(netns).add(state);
            search.lookFor(state);
            if (state.isPresent()) {
                state.reconcileGroups(MulticastGroups.of(netns, Set.of(state.index())).groups());
            } else if (state.tap() == null) {
                state.gone(false);
            }
        } catch (RuntimeException | Error e) {
            namespaces.remove(state);
            throw e;
        }
    }

    private void end(WatchedInterface at) {
        namespaces.states(at).forEach(namespaces::remove);
    }

    /** Ends the thread and gives everything back. Not to be called by the listener. */
    @Override
    public void close() {
        if (givenBack.getAndSet(true)) {
            return;
        }
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
        news.close();
        namespaces.close();
        pollArena.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
