// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import io.ipvane.linux.NetlinkSocket.News;
import io.ipvane.memory.Memory;
import io.ipvane.request.Request;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
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
 * <p>A socket or an open file in a namespace would keep it alive, so there is none: one socket in
 * the namespace of this process hears of all others, which have an id there for that, and of their
 * end. A TAP is asked where it is. Source: netlink(7), {@code NETLINK_LISTEN_ALL_NSID}.
 *
 * <p>Whatever goes wrong in one namespace is logged, and the namespace is asked again after a pause
 * ({@link Pause}); the thread goes on for all others.
 *
 * <p>Public methods: any thread. Everything else happens on the thread {@code namespace-watcher}.
 */
public final class NamespaceWatcher implements AutoCloseable {
    /** Bytes of notifications that may wait, of all namespaces: thousands of them. */
    private static final int RECEIVE_BUFFER = 4 << 20;

    /** Datagrams taken in one turn; then it is the turn of those who wait for an answer. */
    private static final int DATAGRAMS_A_TURN = 1024;

    /** Datagrams thrown away in one go after a loss; more than any receive buffer holds. */
    private static final int DISCARD_LIMIT = 1 << 20;

    /** Whoever floods one namespace must not have all others listed without end. */
    private static final long BETWEEN_LISTS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final int LOSSES_IN_A_ROW = 16;
    private static final long LONGEST_WAIT = TimeUnit.SECONDS.toNanos(1);
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(5);
    private static final int POLL_FD = 8;
    private static final int POLLIN = 1;

    private static final System.Logger LOG = System.getLogger(NamespaceWatcher.class.getName());

    private final InterfaceListener listener;
    private final Function<Netns, InterfaceLists> lists;
    private final int wakeup;
    private final Netns own = Netns.open("");
    private final RtNetlink ids;

    /** Hears of the namespace of this process alone: nobody else can make it lose anything. */
    private final NetlinkSocket home;

    /** Hears of all others, and of their end. */
    private final NetlinkSocket others;

    private final Thread thread = new Thread(this::run, "namespace-watcher");
    private final Queue<Request<Void>> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean givenBack = new AtomicBoolean();
    private volatile boolean closed;

    // Owned by the thread.
    /** By the id in the namespace of this process. */
    private final Map<Integer, WatchedNamespace> namespaces = new TreeMap<>();

    private final Arena pollArena = Arena.ofShared();
    private final long pollFds = pollArena.allocate(3L * POLL_FD, 8).address();

    /** Interfaces to be looked for, as something was missed of them. */
    private final Set<InterfaceState> sought = new LinkedHashSet<>();

    private long listedAt = System.nanoTime() - BETWEEN_LISTS;
    private long letGoAt = System.nanoTime();
    private long losses;

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
        this.lists = lists;
        this.listener = event -> tell(listener, event);
        try (UndoLog undo = new UndoLog()) {
            wakeup = LinuxException.check(Shim.wakeupOpen(), "make a wake-up descriptor");
            undo.add(() -> Shim.close(wakeup));
            ids = new RtNetlink(own);
            undo.add(ids::close);
            home = listening(receiveBuffer);
            undo.add(home::close);
            others = listening(receiveBuffer);
            undo.add(others::close);
            others.join(Rtnl.GROUP_NETNS_ID);
            others.listenToAll();
            undo.forget();
        }
        thread.setDaemon(true);
    }

    private NetlinkSocket listening(int receiveBuffer) {
        final NetlinkSocket socket = new NetlinkSocket(own, receiveBuffer);
        socket.join(Rtnl.GROUP_LINK);
        socket.join(Rtnl.GROUP_IPV4_ADDRESS);
        socket.join(Rtnl.GROUP_IPV6_ADDRESS);
        socket.join(Rtnl.GROUP_IPV4_MULTICAST);
        socket.join(Rtnl.GROUP_IPV6_MULTICAST);
        return socket;
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
                                states(at)
                                        .forEach(
                                                state ->
                                                        namespaceOf(state)
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
                                takeNews(home);
                                takeNews(others);
                                wanted.forEach(this::lookFor);
                            } finally {
                                then.run();
                            }
                        }));
    }

    private void lookFor(WatchedInterface at, Set<InetAddress> wanted) {
        for (final InterfaceState state : states(at)) {
            final List<InetAddress> unknown =
                    wanted.stream().filter(address -> !state.has(address)).toList();
            if (state.tap() != null && !unknown.isEmpty()) {
                lookFor(state, unknown);
            }
        }
    }

    private static void lookFor(InterfaceState state, List<InetAddress> wanted) {
        try (TapPlace place = TapPlace.of(state.tap())) {
            if (state.hasIndex(place.link().index())) {
                for (final InetAddress address : wanted) {
                    place.netlink()
                            .findAddress6(place.link(), address)
                            .ifPresent(state::addressAdded);
                }
            }
        } catch (LinuxException e) {
            // It was deleted or is being moved: the news of that comes.
            LOG.log(System.Logger.Level.DEBUG, "cannot look at " + state.at(), e);
        }
    }

    /** How often notifications were lost. */
    long losses() {
        final long[] sum = new long[1];
        execute(() -> sum[0] = losses);
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
        putPollFd(1, home.fd());
        putPollFd(2, others.fd());
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
            // Asked without looking at poll's answer: an empty socket costs one call that says so.
            takeNews(home);
            takeNews(others);
            final long now = System.nanoTime();
            seek(now);
            letGo(now);
            List.copyOf(namespaces.values()).forEach(namespace -> namespace.readGroups(now));
            pause.worked();
        } catch (RuntimeException | Error e) {
            LockSupport.parkNanos(pause.failed(e));
        }
    }

    private void waitForNews() {
        final long now = System.nanoTime();
        long wait = LONGEST_WAIT;
        for (final WatchedNamespace namespace : namespaces.values()) {
            wait = Math.min(wait, Math.max(0, namespace.groupsDue() - now));
        }
        for (final InterfaceState state : sought) {
            wait = Math.min(wait, Math.max(0, state.pausedUntil() - now));
            wait = Math.max(wait, listedAt + BETWEEN_LISTS - now);
        }
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
        for (final WatchedNamespace namespace : List.copyOf(namespaces.values())) {
            final List<InterfaceState> held =
                    namespace.interfaces().stream()
                            .filter(state -> state.tap() != null && state.tap().holdsNamespace())
                            .toList();
            if (!held.isEmpty() && !Namespaces.isInUse(namespace.inode())) {
                for (final InterfaceState state : held) {
                    state.tap().letGo();
                    forget(state);
                    state.gone(true);
                }
                forgetEmpty();
            }
        }
    }

    /** Looks for what has to be looked for; after a failure not before a pause is over. */
    private void seek(long now) {
        if (sought.isEmpty() || now - listedAt < BETWEEN_LISTS) {
            return;
        }
        listedAt = now;
        for (final InterfaceState state : List.copyOf(sought)) {
            if (now - state.pausedUntil() >= 0) {
                attempt(state, now);
            }
        }
    }

    private void attempt(InterfaceState state, long now) {
        try {
            lookFor(state);
            sought.remove(state);
            state.worked();
        } catch (RuntimeException | Error e) {
            sought.add(state);
            state.failed(e, now);
        }
    }

    /** Takes the notifications that wait at a socket. */
    private void takeNews(NetlinkSocket socket) {
        for (int i = 0; i < DATAGRAMS_A_TURN; i++) {
            final Optional<News> news;
            try {
                news = socket.poll();
            } catch (LinuxException e) {
                // ENOBUFS, or what the kernel reports instead when it had no memory to notify us.
                losses++;
                seekAll(socket);
                discardNews(socket);
                return;
            }
            if (news.isEmpty()) {
                return;
            }
            take(socket, news.get());
        }
        // More is there: the wait for it ends at once.
    }

    /** Lets all be looked for that a socket may have spoken of. */
    private void seekAll(NetlinkSocket socket) {
        namespaces.forEach(
                (nsid, namespace) -> {
                    if ((nsid == NetlinkSocket.OWN) == (socket == home)) {
                        sought.addAll(namespace.interfaces());
                    }
                });
    }

    /** What waits after a loss is older than the lists that are read next, and full of gaps. */
    private void discardNews(NetlinkSocket socket) {
        int failuresInARow = 0;
        for (int i = 0; i < DISCARD_LIMIT; i++) {
            try {
                if (socket.poll().isEmpty()) {
                    return;
                }
                failuresInARow = 0;
            } catch (LinuxException e) {
                losses++;
                // The kernel forgets a loss when it has told it; what stays is something else.
                if (++failuresInARow > LOSSES_IN_A_ROW) {
                    throw e;
                }
            }
        }
    }

    private void take(NetlinkSocket socket, News news) {
        for (final NetlinkMessage message : news.messages()) {
            if (message.type() == Rtnl.DELNSID) {
                if (socket == others && isOwn(news.nsid())) {
                    ended(message.attributes(4).i32(Rtnl.NETNSA_NSID, NetlinkSocket.OWN));
                }
                continue;
            }
            // What the namespace of this process has to say, its own socket says.
            final boolean heard = socket == home || news.nsid() != NetlinkSocket.OWN;
            final WatchedNamespace namespace = heard ? namespaces.get(news.nsid()) : null;
            if (namespace != null) {
                final InterfaceState lookedFor = namespace.take(message);
                if (lookedFor != null) {
                    attempt(lookedFor, System.nanoTime());
                }
            }
        }
    }

    /** The namespace of this process may have an id in itself. */
    private boolean isOwn(int nsid) {
        return nsid == NetlinkSocket.OWN || ids.knownIdOf(own) == nsid;
    }

    /** A namespace has ended, with all that was in it. */
    private void ended(int nsid) {
        final WatchedNamespace namespace = namespaces.remove(nsid);
        if (namespace != null) {
            namespace.interfaces().forEach(sought::remove);
            namespace.interfaces().forEach(state -> state.gone(true));
        }
    }

    /** Finds out where an interface is, and reports what differs from what was reported. */
    private void lookFor(InterfaceState state) {
        if (state.tap() == null) {
            lookForName(state);
        } else {
            lookForTap(state);
        }
    }

    private void lookForTap(InterfaceState state) {
        try (TapPlace place = TapPlace.of(state.tap())) {
            final WatchedNamespace there = namespace(place.netns());
            for (final WatchedNamespace other : List.copyOf(namespaces.values())) {
                if (other != there) {
                    other.remove(state);
                }
            }
            there.add(state);
            state.found(place, usable(place.netlink().addresses(place.link())));
            there.groupsMayHaveChanged();
        } catch (LinuxException e) {
            if (e.errno() != Errno.EBADFD) {
                throw e;
            }
            forget(state);
            state.gone(false);
        }
        forgetEmpty();
    }

    private void lookForName(InterfaceState state) {
        try (Netns netns = state.open();
                InterfaceLists netlink = lists.apply(netns)) {
            List<Link> links = netlink.links(state::concerns);
            if (state.isPresent() && links.isEmpty()) {
                state.gone(false);
                links = netlink.links(state::concerns);
            }
            final Optional<Link> link = links.stream().findFirst();
            if (link.isPresent()) {
                state.linkChanged(link.get());
                state.reconcileAddresses(usable(netlink.addresses(link.get())));
            }
        }
    }

    private static List<InterfaceAddress> usable(List<InterfaceAddress> addresses) {
        return addresses.stream().filter(InterfaceAddress::usable).toList();
    }

    private void begin(InterfaceState state) {
        try (Netns netns = state.open()) {
            takeNews(home);
            takeNews(others);
            namespace(netns).add(state);
            lookFor(state);
            if (state.isPresent()) {
                state.reconcileGroups(MulticastGroups.of(netns, Set.of(state.index())).groups());
            } else if (state.tap() == null) {
                state.gone(false);
            }
        } catch (RuntimeException | Error e) {
            forget(state);
            forgetEmpty();
            throw e;
        }
    }

    /** The namespace of a handle, which stays the caller's. */
    private WatchedNamespace namespace(Netns netns) {
        final long inode = netns.inode();
        final int nsid = inode == own.inode() ? NetlinkSocket.OWN : ids.idOf(netns);
        final WatchedNamespace known = namespaces.get(nsid);
        if (known != null && known.inode() == inode) {
            return known;
        }
        // Its id is another's by now: its end was among what was lost.
        ended(nsid);
        final WatchedNamespace added = new WatchedNamespace(inode);
        namespaces.put(nsid, added);
        return added;
    }

    private List<InterfaceState> states(WatchedInterface at) {
        return namespaces.values().stream()
                .flatMap(namespace -> namespace.interfaces().stream())
                .filter(state -> state.at().equals(at))
                .toList();
    }

    private WatchedNamespace namespaceOf(InterfaceState state) {
        return namespaces.values().stream()
                .filter(namespace -> namespace.interfaces().contains(state))
                .findFirst()
                .orElseThrow();
    }

    private void end(WatchedInterface at) {
        states(at).forEach(this::forget);
        forgetEmpty();
    }

    private void forget(InterfaceState state) {
        sought.remove(state);
        namespaces.values().forEach(namespace -> namespace.remove(state));
    }

    private void forgetEmpty() {
        namespaces.values().removeIf(WatchedNamespace::isEmpty);
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
        home.close();
        others.close();
        ids.close();
        pollArena.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
