// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.linux.InterfaceEvent.AddressAdded;
import io.ipvane.linux.InterfaceEvent.AddressRemoved;
import io.ipvane.linux.InterfaceEvent.AddressTried;
import io.ipvane.linux.InterfaceEvent.InterfaceGone;
import io.ipvane.linux.InterfaceEvent.InterfaceMoved;
import io.ipvane.linux.InterfaceEvent.LinkChanged;
import io.ipvane.linux.InterfaceEvent.MulticastChanged;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("netns")
class NamespaceWatcherTest {
    /** Milliseconds; the kernel speaks of a carrier once a second at most. */
    private static final long SOON = 5_000;

    private final BlockingQueue<InterfaceEvent> events = new LinkedBlockingQueue<>();
    private TestNetns net;
    private Netns netns;
    private RtNetlink netlink;
    private Tap tap;
    private WatchedInterface eth0;
    private NamespaceWatcher watcher;

    @BeforeEach
    void createATap() {
        net = TestNetns.create("watch");
        netns = net.open();
        netlink = new RtNetlink(netns);
        tap = Tap.create(netns, "eth0", 0x020000000001L, 1);
        netlink.disableAddressGeneration(netlink.link("eth0"));
        eth0 = new WatchedInterface(net.name(), "eth0");
        watcher = new NamespaceWatcher(events::add);
    }

    @AfterEach
    void removeIt() {
        if (tap != null) {
            watcher.close();
            tap.close();
            netlink.close();
            netns.close();
            net.close();
        }
    }

    private void start() {
        watcher.start(List.of(eth0));
        events.clear();
    }

    /** The next event of a type; those of other types are passed over. */
    private <E extends InterfaceEvent> E next(Class<E> type, long milliseconds)
            throws InterruptedException {
        final long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
        while (true) {
            final InterfaceEvent event =
                    events.poll(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            if (event == null) {
                throw new AssertionError(
                        "no " + type.getSimpleName() + " in " + milliseconds + " ms");
            }
            if (type.isInstance(event)) {
                return type.cast(event);
            }
        }
    }

    @Test
    void shouldSayWhileAnAddressIsNotKnownToBeFree() throws InterruptedException {
        net.run("sysctl -qw net.ipv6.conf.eth0.accept_dad=1");
        net.run("ip link set eth0 up");
        watcher.start(List.of(eth0));
        final IpPrefix prefix = IpPrefix.parse("2001:db8::7/64");
        net.run("ip address add " + prefix + " dev eth0");
        final List<InterfaceEvent> told = new ArrayList<>();
        final InterfaceEvent free = new AddressTried(eth0, prefix.address(), true);
        while (!told.contains(free)) {
            final InterfaceEvent next = events.poll(10, TimeUnit.SECONDS);
            assertNotNull(next, told::toString);
            told.add(next);
        }
        final int tried = told.indexOf(new AddressTried(eth0, prefix.address(), false));
        final int added = told.indexOf(new AddressAdded(eth0, prefix));
        assertTrue(tried >= 0 && tried < added && added < told.indexOf(free), told::toString);
    }

    @Test
    void shouldHaveReportedAllThatThereIsWhenStartReturns() {
        net.run("ip link set eth0 mtu 1400 up");
        net.run("ip address add 10.5.0.1/24 dev eth0");
        net.run("ip address add 2001:db8::1/64 dev eth0 nodad");
        net.run("ip address add 10.5.0.9/32 dev lo");

        watcher.start(List.of(eth0));

        final LinkChanged link = assertInstanceOf(LinkChanged.class, events.poll());
        assertEquals(eth0, link.at());
        assertEquals(1400, link.link().mtu());
        assertTrue(link.link().up());
        assertEquals(new AddressAdded(eth0, IpPrefix.parse("10.5.0.1/24")), events.poll());
        assertEquals(new AddressAdded(eth0, IpPrefix.parse("2001:db8::1/64")), events.poll());
        assertInstanceOf(MulticastChanged.class, events.poll());
        assertNull(events.poll());
    }

    @Test
    void shouldReportAnAddressWithin100Milliseconds() throws Exception {
        start();
        final Link link = netlink.link("eth0");
        long worst = 0;
        for (int i = 1; i <= 50; i++) {
            final IpPrefix address = IpPrefix.parse("10.5.1." + i + "/24");
            final long before = System.nanoTime();
            netlink.addAddress(link, address, false);
            assertEquals(address, next(AddressAdded.class, SOON).address());
            worst = Math.max(worst, System.nanoTime() - before);
            netlink.deleteAddress(link, address);
            assertEquals(address.address(), next(AddressRemoved.class, SOON).address());
        }
        assertTrue(worst < TimeUnit.MILLISECONDS.toNanos(100), worst + " ns");
    }

    @Test
    void shouldReportTheLocalEndOfAPointToPointAddress() throws Exception {
        start();
        net.run("ip address add 10.9.9.1 peer 10.9.9.2 dev eth0");

        assertEquals(IpPrefix.parse("10.9.9.1/32"), next(AddressAdded.class, SOON).address());
    }

    @Test
    void shouldReportAnAddressOnceWhateverItsPrefixLengths() throws Exception {
        start();
        net.run("ip address add 10.5.0.1/24 dev eth0");
        net.run("ip address add 10.5.0.1/32 dev eth0");
        net.run("ip address del 10.5.0.1/24 dev eth0");
        net.run("ip address add 10.5.0.2/24 dev eth0");

        assertEquals(IpPrefix.parse("10.5.0.1/24"), next(AddressAdded.class, SOON).address());
        assertEquals(
                new AddressAdded(eth0, IpPrefix.parse("10.5.0.2/24")),
                events.poll(1, TimeUnit.SECONDS));
    }

    @Test
    void shouldReportUpDownCarrierMacAndMtu() throws Exception {
        start();
        net.run("ip link set eth0 up");
        assertTrue(next(LinkChanged.class, SOON).link().up());
        tap.setCarrier(false);
        assertFalse(next(LinkChanged.class, SOON).link().carrier());
        tap.setCarrier(true);
        assertTrue(next(LinkChanged.class, SOON).link().carrier());
        net.run("ip link set eth0 mtu 1300");
        assertEquals(1300, next(LinkChanged.class, SOON).link().mtu());
        net.run("ip link set eth0 arp off");
        assertTrue(next(LinkChanged.class, SOON).link().noArp());
        net.run("ip link set eth0 down");
        assertFalse(next(LinkChanged.class, SOON).link().up());
        net.run("ip link set eth0 address 02:00:00:00:00:07");
        assertEquals(0x020000000007L, next(LinkChanged.class, SOON).link().mac());
    }

    @Test
    void shouldReportThatTheInterfaceIsGoneAndBack() throws Exception {
        start();
        net.run("ip address add 10.5.0.1/24 dev eth0");
        next(AddressAdded.class, SOON);
        tap.close();
        assertEquals("10.5.0.1", next(AddressRemoved.class, SOON).address().getHostAddress());
        next(InterfaceGone.class, SOON);

        tap = Tap.create(netns, "eth0", 0x020000000002L, 1);
        net.run("ip address add 10.5.0.3/24 dev eth0");

        // The kernel makes the device with a MAC of its own, and we change it the moment after.
        long mac = 0;
        while (mac != 0x020000000002L) {
            mac = next(LinkChanged.class, SOON).link().mac();
        }
        assertEquals(IpPrefix.parse("10.5.0.3/24"), next(AddressAdded.class, SOON).address());
    }

    @Test
    void shouldFindTheAddressesOfAnInterfaceThatIsRenamedToTheNameWaitedFor() throws Exception {
        net.run("ip link set eth0 name other");
        net.run("ip address add 10.5.0.1/24 dev other");
        watcher.start(List.of(eth0));
        assertEquals(new InterfaceGone(eth0, false), events.poll());

        net.run("ip link set other name eth0");

        assertEquals("eth0", next(LinkChanged.class, SOON).link().name());
        assertEquals(IpPrefix.parse("10.5.0.1/24"), next(AddressAdded.class, SOON).address());
    }

    @Test
    void shouldFollowARename() throws Exception {
        start();
        net.run("ip link set eth0 name wan");
        assertEquals("wan", next(LinkChanged.class, SOON).link().name());
        net.run("ip address add 10.5.0.1/24 dev wan");

        assertEquals(eth0, next(AddressAdded.class, SOON).at());
    }

    @Test
    void shouldReportMulticastGroupsOfSocketsAndOfTheAdministrator() throws Exception {
        net.run("ip link set eth0 up");
        start();
        net.run("ip maddress add 01:00:5e:01:02:03 dev eth0");

        final Set<Long> groups = next(MulticastChanged.class, 1500).groups();
        assertTrue(groups.contains(0x01005E010203L), groups.toString());

        net.run("ip maddress del 01:00:5e:01:02:03 dev eth0");
        assertFalse(next(MulticastChanged.class, 1500).groups().contains(0x01005E010203L));
    }

    @Test
    void shouldReadTheGroupsSoonAfterAHint() throws Exception {
        net.run("ip link set eth0 up");
        start();
        Thread.sleep(1200);
        events.clear();
        net.run("ip maddress add 01:00:5e:01:02:03 dev eth0");
        watcher.multicastMayHaveChanged(eth0);

        final Set<Long> groups = next(MulticastChanged.class, 300).groups();
        assertTrue(groups.contains(0x01005E010203L), groups.toString());
    }

    @Test
    void shouldMakeUpForLostNotifications() throws Exception {
        final CountDownLatch release = new CountDownLatch(1);
        final Set<IpPrefix> seen = ConcurrentHashMap.newKeySet();
        watcher.close();
        watcher =
                new NamespaceWatcher(
                        event -> {
                            if (event instanceof AddressAdded added) {
                                awaitQuietly(release);
                                seen.add(added.address());
                            }
                            if (event instanceof AddressRemoved removed) {
                                seen.removeIf(p -> p.address().equals(removed.address()));
                            }
                        },
                        4096);
        watcher.start(List.of(eth0));
        final Link link = netlink.link("eth0");
        final Set<IpPrefix> expected = new HashSet<>();
        for (int i = 0; i < 400; i++) {
            final IpPrefix address = IpPrefix.parse("10.%d.%d.1/32".formatted(i / 200, i % 200));
            netlink.addAddress(link, address, false);
            expected.add(address);
        }
        final IpPrefix first = IpPrefix.parse("10.0.0.1/32");
        netlink.deleteAddress(link, first);
        expected.remove(first);

        release.countDown();
        final NamespaceWatcher live = watcher;
        final long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        // A loss may be noticed while addresses are still added, and those be news of their own.
        while (!seen.equals(expected) && System.nanoTime() < end) {
            Thread.sleep(10);
        }

        assertTrue(live.losses() > 0);
        assertEquals(expected, seen);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldWatchManyNamespacesAndForgetThemOneByOne() throws Exception {
        try (TestNetns second = TestNetns.create("second");
                Netns handle = second.open();
                Tap other = Tap.create(handle, "eth0", 0x020000000002L, 1)) {
            start();
            final WatchedInterface there = new WatchedInterface(second.name(), "eth0");
            watcher.watch(there);
            second.run("ip address add 10.6.0.1/24 dev " + other.name());
            assertEquals(there, next(AddressAdded.class, SOON).at());

            watcher.unwatch(there);
            second.run("ip address add 10.6.0.2/24 dev eth0");
            net.run("ip address add 10.5.0.1/24 dev eth0");

            assertEquals(eth0, next(AddressAdded.class, SOON).at());
        }
    }

    /** The kernel has an IPv6 address in use before it says so where it does not try it out. */
    @Test
    void shouldHaveReportedWhatAnInterfaceHasWhenALookIsOver() throws Exception {
        watcher.start(List.of());
        watcher.watch(eth0, tap);
        net.run("ip link set eth0 up");
        final Link link = netlink.link("eth0");
        final Set<InterfaceEvent> seen = new HashSet<>();
        for (int i = 1; i <= 50; i++) {
            final IpPrefix four = IpPrefix.parse("10.5.1." + i + "/24");
            final IpPrefix six = IpPrefix.parse("fd00::" + i + "/64");
            netlink.addAddress(link, four, false);
            netlink.addAddress(link, six, true);
            final CountDownLatch over = new CountDownLatch(1);
            watcher.look(
                    Map.of(eth0, Set.of(six.address(), IpPrefix.parse("fd00::bad/64").address())),
                    over::countDown);
            assertTrue(over.await(SOON, TimeUnit.MILLISECONDS));
            events.drainTo(seen);
            assertTrue(seen.contains(new AddressAdded(eth0, four)), seen::toString);
            assertTrue(seen.contains(new AddressAdded(eth0, six)), seen::toString);
        }
        assertEquals(
                100, seen.stream().filter(AddressAdded.class::isInstance).count(), seen::toString);
    }

    @Test
    void shouldAnswerALookAtWhatIsNotThere() throws Exception {
        watcher.start(List.of());
        final CountDownLatch over = new CountDownLatch(1);
        watcher.look(Map.of(eth0, Set.of(IpPrefix.parse("fd00::1/64").address())), over::countDown);
        assertTrue(over.await(SOON, TimeUnit.MILLISECONDS));
    }

    /** Since Linux 6.14 a join of an IP group is told at once; before that the list is read. */
    @Test
    void shouldReportAJoinedGroup() throws Exception {
        watcher.start(List.of());
        watcher.watch(eth0, tap);
        net.run("ip link set eth0 up");
        net.run("ip address add 10.5.0.1/24 dev eth0");
        net.run("ip address add fd00::1/64 dev eth0 nodad");
        final long solicited = 0x3333_FF00_0001L;
        MulticastChanged now = next(MulticastChanged.class, SOON);
        while (!now.groups().contains(solicited)) {
            now = next(MulticastChanged.class, SOON);
        }
        assertEquals(
                0x0100_5E00_00FBL, MulticastGroups.mac(new byte[] {(byte) 224, 0, 0, (byte) 251}));
    }

    @Test
    void shouldFollowATapToAnotherNamespaceAndBack() throws Exception {
        try (TestNetns second = TestNetns.create("second")) {
            watcher.start(List.of());
            watcher.watch(eth0, tap);
            net.run("ip address add 10.5.0.1/24 dev eth0");
            next(AddressAdded.class, SOON);

            net.run("ip link set eth0 netns " + second.name() + " name wan");

            assertEquals("10.5.0.1", next(AddressRemoved.class, SOON).address().getHostAddress());
            final InterfaceMoved there = next(InterfaceMoved.class, SOON);
            assertEquals(second.name(), there.netns());
            assertEquals("wan", there.link().name());
            second.run("ip address add 10.6.0.1/24 dev wan");
            assertEquals(IpPrefix.parse("10.6.0.1/24"), next(AddressAdded.class, SOON).address());

            second.run("ip link set wan netns " + net.name() + " name eth0");
            assertEquals(net.name(), next(InterfaceMoved.class, SOON).netns());
            net.run("ip address add 10.5.0.2/24 dev eth0");
            assertEquals(IpPrefix.parse("10.5.0.2/24"), next(AddressAdded.class, SOON).address());
        }
    }

    @Test
    void shouldFollowATapToANamespaceWithoutAName() throws Exception {
        final Process unnamed =
                new ProcessBuilder("unshare", "--net", "sleep", "60").inheritIO().start();
        try {
            watcher.start(List.of());
            watcher.watch(eth0, tap);
            awaitOwnNetns(unnamed.pid());

            net.run("ip link set eth0 netns " + unnamed.pid());

            final String netns = next(InterfaceMoved.class, SOON).netns();
            assertTrue(netns.matches("net:\\[[0-9]+]"), netns);
        } finally {
            unnamed.destroyForcibly().waitFor();
        }
        assertTrue(next(InterfaceGone.class, SOON).withNamespace());
    }

    private static void awaitOwnNetns(long pid) throws Exception {
        final Path own = Path.of("/proc/self/ns/net");
        final Path other = Path.of("/proc/" + pid + "/ns/net");
        while (Files.readSymbolicLink(own).equals(Files.readSymbolicLink(other))) {
            Thread.sleep(5);
        }
    }

    @Test
    void shouldNotKeepANamespaceAliveAndReportItsEnd() throws Exception {
        watcher.start(List.of());
        watcher.watch(eth0, tap);
        net.run("ip address add 10.5.0.1/24 dev eth0");
        next(AddressAdded.class, SOON);
        // What this test itself holds of it.
        netlink.close();
        netns.close();

        net.close();

        assertEquals("10.5.0.1", next(AddressRemoved.class, SOON).address().getHostAddress());
        assertTrue(next(InterfaceGone.class, SOON).withNamespace());
        net = TestNetns.create("watch");
        netns = net.open();
        netlink = new RtNetlink(netns);
    }

    @Test
    void shouldNotTakeAStrangerForATapThatWasDeleted() throws Exception {
        watcher.start(List.of());
        watcher.watch(eth0, tap);
        net.run("ip link del eth0");
        assertFalse(next(InterfaceGone.class, SOON).withNamespace());

        net.run("ip link add eth0 type veth peer name far0");
        net.run("ip address add 10.5.0.1/24 dev eth0");
        net.run("ip link set eth0 up");

        assertNull(events.poll(500, TimeUnit.MILLISECONDS));
    }

    @Test
    void shouldFollowATapThroughLostNotifications() throws Exception {
        watcher.close();
        final CountDownLatch release = new CountDownLatch(1);
        watcher =
                new NamespaceWatcher(
                        event -> {
                            if (event instanceof AddressAdded) {
                                awaitQuietly(release);
                            }
                            events.add(event);
                        },
                        4096);
        watcher.start(List.of());
        watcher.watch(eth0, tap);
        try (TestNetns second = TestNetns.create("second")) {
            final Link link = netlink.link("eth0");
            for (int i = 0; i < 400; i++) {
                netlink.addAddress(
                        link, IpPrefix.parse("10.%d.%d.1/32".formatted(i / 200, i % 200)), false);
            }
            net.run("ip link set eth0 netns " + second.name());
            release.countDown();

            assertEquals(second.name(), next(InterfaceMoved.class, SOON).netns());
            assertTrue(watcher.losses() > 0);
        }
    }

    @Test
    void shouldRefuseToWatchAMissingNamespace() {
        final LinuxException refusal =
                assertThrows(
                        LinuxException.class,
                        () -> watcher.start(List.of(new WatchedInterface("linux-none", "eth0"))));

        assertTrue(refusal.getMessage().contains("ip netns add linux-none"), refusal.getMessage());
    }

    /** A defect somewhere must not end the thread that every change of the switch waits for. */
    @Test
    void shouldGoOnWhenAListenerFailsBadly() throws Exception {
        watcher.close();
        watcher =
                new NamespaceWatcher(
                        event -> {
                            if (event instanceof AddressAdded) {
                                throw new AssertionError("a defect, made for this test");
                            }
                            events.add(event);
                        });
        start();
        net.run("ip address add 10.5.0.1/24 dev eth0");
        net.run("ip link set eth0 mtu 1300");
        assertEquals(1300, next(LinkChanged.class, SOON).link().mtu());

        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> watcher.watch(eth0));
    }

    @Test
    void shouldRefuseAChangeThatItDoesNotComeToInTime() throws Exception {
        final CountDownLatch release = new CountDownLatch(1);
        final CountDownLatch busy = new CountDownLatch(1);
        watcher.close();
        watcher =
                new NamespaceWatcher(
                        event -> {
                            if (event instanceof AddressAdded) {
                                busy.countDown();
                                awaitQuietly(release);
                            }
                            events.add(event);
                        });
        start();
        net.run("ip address add 10.5.0.1/24 dev eth0");
        busy.await();
        final WatchedInterface lo = new WatchedInterface(net.name(), "lo");
        final LinuxException refusal =
                assertTimeoutPreemptively(
                        Duration.ofSeconds(30),
                        () -> assertThrows(LinuxException.class, () -> watcher.watch(lo)));
        assertEquals(
                "the namespace watcher has not come to a change in 5 s; try again",
                refusal.getMessage());

        // Nor later: who was refused has closed what it would have watched.
        release.countDown();
        net.run("ip link set eth0 mtu 1300");
        assertEquals(1300, next(LinkChanged.class, SOON).link().mtu());
        assertTrue(events.stream().noneMatch(event -> event.at().equals(lo)), events.toString());
    }

    /**
     * Lists fail, as where the kernel has no memory: it is tried again, neither at once nor never.
     */
    @Test
    void shouldTryAgainAfterAPauseWhenListingFails() throws Exception {
        final AtomicInteger tries = new AtomicInteger();
        final AtomicBoolean failing = new AtomicBoolean();
        watcher.close();
        watcher =
                new NamespaceWatcher(
                        events::add,
                        4096,
                        handle ->
                                new InterfaceLists() {
                                    private final RtNetlink lists = new RtNetlink(handle);

                                    @Override
                                    public List<Link> links(Predicate<Link> which) {
                                        tries.incrementAndGet();
                                        if (failing.get()) {
                                            throw new IllegalStateException("no memory");
                                        }
                                        return lists.links(which);
                                    }

                                    @Override
                                    public List<InterfaceAddress> addresses(Link link) {
                                        return lists.addresses(link);
                                    }

                                    @Override
                                    public void close() {
                                        lists.close();
                                    }
                                });
        net.run("ip link set eth0 name other");
        start();
        net.run("ip address add 10.5.0.1/24 dev other");
        failing.set(true);
        tries.set(0);
        net.run("ip link set other name eth0");
        Thread.sleep(650);
        final int tried = tries.get();
        assertTrue(tried >= 2 && tried <= 4, tried + " times; 0, 100 and 300 ms are meant");

        failing.set(false);
        assertEquals(IpPrefix.parse("10.5.0.1/24"), next(AddressAdded.class, SOON).address());
    }

    @Test
    void shouldParseGroupsByInterfaceIndex() {
        final GroupLines lines =
                lines(
                        """
                        1    lo              1     0     333300000001
                        2    eth0            1     0     333300000001
                        2    eth0            1     0     01005e000001
                        2    eth0            1     0     020000000001
                        2    eth0            1     0     01005e00000
                        2    eth0            1     0     01005e00000z
                        x    eth0            1     0     01005e000003
                        2    eth0            1     0
                        3    other           1     0     01005e000002
                        99999999999999999999 x 1 0 01005e000001
                        9    ib0             1     0     00ffffffff12401bffff00000000000000000001
                        2    eth0            1     0     01005e000009""",
                        Set.of(1, 2, 9));

        assertEquals(
                Map.of(1, Set.of(0x333300000001L), 2, Set.of(0x333300000001L, 0x01005E000001L)),
                lines.groups());
        assertFalse(lines.more());
    }

    private static GroupLines lines(String text, Set<Integer> wanted) {
        final GroupLines lines = new GroupLines(wanted);
        text.chars().forEach(lines::take);
        return lines;
    }

    @Test
    void shouldKeepABoundedNumberOfGroups() {
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i <= GroupLines.MOST; i++) {
            text.append("2 eth0 1 0 0111%08x\n".formatted(i));
        }

        final GroupLines lines = lines(text.toString(), Set.of(2));

        assertEquals(GroupLines.MOST, lines.groups().get(2).size());
        assertTrue(lines.more());
    }

    /** Groups of other interfaces of the namespace cost nothing, however many there are. */
    @Test
    void shouldSeeOwnGroupsBesideAHundredThousandOfAnother() throws Exception {
        net.run("ip link add d0 type veth peer name d1");
        start();
        final StringBuilder batch = new StringBuilder();
        for (int i = 0; i < 30_000; i++) {
            batch.append("maddress add 01:11:00:00:%02x:%02x dev d0\n".formatted(i >> 8, i & 255));
        }
        final Path file = Files.createTempFile("groups", ".ip");
        Files.writeString(file, batch);
        net.run("ip -batch " + file);
        Files.delete(file);

        net.run("ip maddress add 01:00:5e:01:02:03 dev eth0");

        net.run("ip address add 10.5.0.1/24 dev eth0");
        assertEquals(IpPrefix.parse("10.5.0.1/24"), next(AddressAdded.class, SOON).address());
    }
}
