// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.ipvane.config.ThreadPlan;
import io.ipvane.counters.CounterShard;
import io.ipvane.counters.Counters;
import io.ipvane.egress.EgressDrop;
import io.ipvane.model.SwitchModel;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import io.ipvane.snapshot.Quiescence;
import io.ipvane.snapshot.SnapshotPublisher;
import io.ipvane.testing.Frames;
import io.ipvane.testing.MemoryPool;
import io.ipvane.testing.SmallNetwork;
import io.ipvane.testing.SwitchHarness;
import io.ipvane.tunnel.RemoteTable;
import io.ipvane.upcall.Mailboxes;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What an address, a link and a defect change, seen by frames from the wire. */
class ConductorTest {
    private static final String NEW = "10.0.0.21";

    private final Logger logger = (Logger) LoggerFactory.getLogger(Conductor.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final SwitchHarness net = SmallNetwork.of("l2", ThreadPlan.SHARED, "announce: false");

    @BeforeEach
    void listen() {
        logger.setLevel(Level.INFO);
        logger.setAdditive(false);
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void nothingLeaks() {
        logger.detachAppender(log);
        logger.setAdditive(true);
        logger.setLevel(null);
        net.close();
    }

    private void add(String port, String address) {
        net.tell(
                new Command.AddressAdded(
                        net.index(port), IpPrefix.parseWithHostBits(address), false));
        net.run();
    }

    private void remove(String port, String address) {
        net.tell(new Command.AddressRemoved(net.index(port), IpAddress.parse(address)));
        net.run();
    }

    private void link(String port, boolean up) {
        net.tell(new Command.PortLink(net.index(port), up));
        net.run();
    }

    /** Who is given a packet from the wire to an address. */
    private String receiver(String address) {
        net.transmitted();
        net.device("wire").inject(Frames.udp4().ips(Frames.X4, address).build());
        net.run();
        final List<String> receivers = new ArrayList<>();
        for (Map.Entry<String, List<byte[]>> given : net.transmitted().entrySet()) {
            given.getValue().forEach(frame -> receivers.add(given.getKey()));
        }
        return String.join(" ", receivers);
    }

    private long logged(String part) {
        return log.list.stream().filter(e -> e.getFormattedMessage().contains(part)).count();
    }

    @Test
    void shouldDeliverToAnAddressAsSoonAsItIsThereAndNoLonger() {
        assertEquals("master", receiver(NEW));
        add("c1", NEW + "/24");
        assertEquals("c1", receiver(NEW));
        remove("c1", NEW);
        assertEquals("master", receiver(NEW));
    }

    @Test
    void shouldPromoteADuplicateWhenTheFirstOwnerLeaves() {
        add("c1", NEW + "/24");
        add("c2", NEW + "/32");
        add("c3", NEW + "/24");
        assertEquals("c1", receiver(NEW));
        assertEquals(2, logged("error=EADDRINUSE"));
        remove("c1", NEW);
        assertEquals("c2", receiver(NEW));
        remove("c3", NEW);
        assertEquals("c2", receiver(NEW));
        remove("c2", NEW);
        assertEquals("master", receiver(NEW));
    }

    @Test
    void shouldKeepTheClaimsOfAPortThatIsDownButNotFindThem() {
        add("c1", NEW + "/24");
        link("c1", false);
        assertEquals("master", receiver(NEW));
        assertEquals("master", receiver(Frames.C1_4));
        add("c2", NEW + "/24");
        assertEquals("master", receiver(NEW), "ADR-4: still c1's");
        link("c1", true);
        assertEquals("c1", receiver(NEW));
        assertEquals("c1", receiver(Frames.C1_4));
        link("c1", false);
        remove("c1", NEW);
        assertEquals("c2", receiver(NEW));
    }

    @Test
    void shouldPromoteADuplicateOfAPortThatIsDownOnlyOnceItIsUp() {
        add("c1", NEW + "/24");
        link("c2", false);
        add("c2", NEW + "/24");
        remove("c1", NEW);
        assertEquals("master", receiver(NEW));
        link("c2", true);
        assertEquals("c2", receiver(NEW));
    }

    @Test
    void shouldTakePortsOfAnInterfaceThatIsGoneDown() {
        net.tell(new Command.InterfaceGone(net.index("c1")));
        net.run();
        assertEquals("master", receiver(Frames.C1_4));
        assertEquals(1, logged("event=port_interface_gone port=c1"));
    }

    /** ADR-10: whoever came first, the host's address is the host's. */
    @Test
    void shouldNotGiveTheHostsAddressToAPort() {
        add("c1", Frames.HOST4 + "/24");
        assertEquals("master", receiver(Frames.HOST4));
        assertEquals(1, logged("error=EADDRINUSE"));
        remove("master", Frames.HOST4);
        assertEquals("c1", receiver(Frames.HOST4), "the claim waited");
        add("master", Frames.HOST4 + "/24");
        assertEquals("master", receiver(Frames.HOST4));
    }

    @Test
    void shouldTakeAnAddressFromAPortWhenTheHostGetsIt() {
        add("c1", NEW + "/24");
        add("master", NEW + "/24");
        assertEquals("master", receiver(NEW));
        link("c1", false);
        link("c1", true);
        assertEquals("master", receiver(NEW));
        remove("master", NEW);
        assertEquals("c1", receiver(NEW));
    }

    @Test
    void shouldRefuseWhatIsNotTheAddressOfOneHost() {
        for (String address :
                List.of(
                        "0.0.0.0/0",
                        "127.0.0.5/8",
                        "224.9.9.9/32",
                        "255.255.255.255/32",
                        "::1/128",
                        "ff02::1/128",
                        "::/0")) {
            add("c1", address);
        }
        assertEquals(7, logged("error=EINVAL"));
        assertEquals("master", receiver("224.9.9.9"));
    }

    @Test
    void shouldGrowTheTableWhileFramesFlow() {
        final int first = IpAddress.parse("10.1.0.0").ipv4();
        final int count = 12_000;
        for (int i = 0; i < count; i++) {
            net.tell(
                    new Command.AddressAdded(
                            net.index(i % 2 == 0 ? "c1" : "c2"),
                            new IpPrefix(IpAddress.ipv4(first + i), 16),
                            false));
            if (i % 100 == 0) {
                assertEquals("c2", receiver(Frames.C2_4), "after " + i);
            }
        }
        net.run();
        for (int i = 0; i < count; i += 97) {
            assertEquals(i % 2 == 0 ? "c1" : "c2", receiver(IpAddress.ipv4(first + i).toString()));
        }
        link("c1", false);
        assertEquals("master", receiver(IpAddress.ipv4(first).toString()));
        link("c1", true);
        assertEquals("c1", receiver(IpAddress.ipv4(first).toString()));
    }

    @Test
    void shouldClampThePortsMtuToTheUplinks() {
        net.tell(new Command.PortLink(net.index("c1"), true, true, 9000, 0));
        net.run();
        net.transmitted();
        net.device("wire").inject(Frames.resize(Frames.udp4().build(), 1515));
        net.run();
        assertEquals(1, net.counter("c1", EgressDrop.MTU.column()));
    }

    /** Spec CFG-8. */
    @Test
    void shouldFollowTheUplinksMac() {
        final long now = Frames.OWN + 0x100;
        net.tell(new Command.UplinkMac(net.index("wire"), now));
        net.run();
        net.transmitted();
        net.device("wire").inject(Frames.udp4().ips(Frames.X4, Frames.C2_4).build());
        net.device("wire")
                .inject(Frames.udp4().macs(now, Frames.X).ips(Frames.X4, Frames.C2_4).build());
        net.device("c2")
                .inject(Frames.udp4().macs(Frames.X, now).ips(Frames.C2_4, Frames.X4).build());
        net.run();
        final Map<String, List<byte[]>> sent = net.transmitted();
        assertEquals(1, sent.get("c2").size(), "what went to the old address is nobody's");
        assertEquals(now, mac(sent.get("c2").get(0), 0));
        assertEquals(now, mac(sent.get("wire").get(0), 6));
        assertEquals(1, logged("event=uplink_mac"));
    }

    private static long mac(byte[] frame, int at) {
        return ByteBuffer.wrap(frame).getLong(at) >>> 16;
    }

    /** Whoever owns a namespace must not be able to fill the log, or to hide what others do. */
    @Test
    void shouldLogFewEventsOfAPortASecond() {
        for (int i = 0; i < 2_000; i++) {
            add("c1", NEW + "/24");
            remove("c1", NEW);
        }
        final long said = logged("port=c1 ");
        assertTrue(said < 2 * 5 * EventLog.EVENTS_A_SECOND, said + " lines");
        add("c2", NEW + "/24");
        assertEquals(1, logged("event=address_added port=c2"));
    }

    @Test
    void shouldLogTheErrorsOfLcoresAndItsOwnOnceASecondAndGoOn() {
        final Iterator<List<Throwable>> errors =
                List.of(List.<Throwable>of(new IllegalStateException("one")), List.<Throwable>of())
                        .iterator();
        try (Arena arena = Arena.ofShared();
                MemoryPool pool = new MemoryPool(1, 256)) {
            final SnapshotPublisher publisher = new SnapshotPublisher();
            final Quiescence nobody = new Quiescence(publisher, 0);
            final RemoteTable remotes = new RemoteTable(1, 1, nobody);
            final Queue<Command> commands = new Faulty();
            final Mailboxes mailboxes = new Mailboxes(1);
            final CounterShard shard = new Counters(arena, 1).shard();
            final Conductor conductor =
                    new Conductor(
                            SwitchModel.EMPTY,
                            commands,
                            publisher,
                            nobody,
                            mailboxes,
                            pool,
                            shard,
                            () -> 0,
                            remotes,
                            errors::next);
            for (int i = 0; i < 50; i++) {
                conductor.doWork();
            }
            conductor.secondOver();
            assertEquals(1, logged("event=stage_error"));
            assertEquals(1, logged("event=conductor_error"));
            conductor.secondOver();
            assertEquals(1, logged("event=conductor_error"));
            conductor.onClose();
            remotes.close();
        }
    }

    /** Commands that nobody can take. */
    private static final class Faulty extends ArrayDeque<Command> {
        private static final long serialVersionUID = 1L;

        @Override
        public Command poll() {
            throw new IllegalStateException("a defect");
        }
    }
}
