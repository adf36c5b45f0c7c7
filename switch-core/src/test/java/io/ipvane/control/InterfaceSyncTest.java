// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.ipvane.config.EndpointConfig;
import io.ipvane.config.SwitchConfig;
import io.ipvane.model.ModelBuilder;
import io.ipvane.model.PortModel;
import io.ipvane.model.SegmentModel;
import io.ipvane.model.SwitchModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** MTU, MAC and carrier of one port whose uplink has an MTU of 1,500 at first. */
class InterfaceSyncTest {
    private final List<String> done = new ArrayList<>();
    private final InterfaceSync sync = new InterfaceSync();
    private SegmentModel uplink;
    private PortModel port;

    @BeforeEach
    void listen() {
        sync.endpoints(
                new Endpoints() {
                    @Override
                    public void setMtu(int index, int mtu) {
                        done.add("mtu " + mtu);
                    }

                    @Override
                    public void setMac(int index, long mac) {
                        done.add("mac " + mac);
                    }

                    @Override
                    public void setUplinkMac(int uplink, long mac) {
                        done.add("uplink mac " + mac);
                    }

                    @Override
                    public void setCarrier(int index, boolean on) {
                        done.add("carrier " + on);
                    }

                    @Override
                    public Map<Integer, Boolean> links() {
                        return Map.of();
                    }
                });
    }

    private void start(String uplinkWords, String portWords) {
        final SwitchConfig config =
                SwitchConfig.parse(
                        """
                        uplinks: [ { name: wire, device: "vdev:net_null0" %s } ]
                        ports: [ { name: c1, uplink: wire %s } ]
                        """
                                .formatted(uplinkWords, portWords),
                        "test");
        final ModelBuilder builder = new ModelBuilder();
        builder.uplink(config.uplinks().get(0), 1, 1500, 9000, true);
        builder.port(0, config.ports().get(0));
        final SwitchModel model = builder.build();
        uplink = model.segments().get(0);
        port = model.port(1);
        hear(port.mtu());
    }

    private void uplinkMtu(int mtu) {
        uplink = uplink.withMtu(mtu);
        port = sync.follow(port, uplink);
    }

    private void link(boolean up) {
        uplink = uplink.withLink(up);
        port = sync.follow(port, uplink);
    }

    private void hear(int mtu) {
        hear(mtu, uplink.mac());
    }

    private void hear(int mtu, long mac) {
        port = sync.told(port, uplink, new Command.PortLink(port.index(), true, true, mtu, mac));
    }

    private void assertDone(String... what) {
        assertEquals(List.of(what), done);
        done.clear();
    }

    @Test
    void shouldFollowTheUplinkDownAndUp() {
        start("", "");
        uplinkMtu(1400);
        assertDone("mtu 1400");
        assertEquals(1400, port.mtu());
        hear(1400);
        uplinkMtu(9000);
        assertDone("mtu 9000");
        hear(9000);
        assertEquals(9000, port.mtu());
        assertDone();
    }

    @Test
    void shouldKeepALowerMtuThatTheConfigurationAskedFor() {
        start("", ", mtu: 1300");
        uplinkMtu(1400);
        assertEquals(1300, port.mtu());
        assertDone();
        uplinkMtu(1280);
        hear(1280);
        assertDone("mtu 1280");
        uplinkMtu(1500);
        assertDone("mtu 1300");
        assertEquals(1300, port.mtu());
    }

    @Test
    void shouldKeepALowerMtuThatSomebodySetsAtTheInterface() {
        start("", "");
        hear(1300);
        assertEquals(1300, port.mtu());
        uplinkMtu(1280);
        hear(1280);
        uplinkMtu(1500);
        hear(1300);
        assertDone("mtu 1280", "mtu 1300");
        assertEquals(1300, port.mtu());
    }

    @Test
    void shouldPutBackWhatIsAboveTheUplinksAndGrantItLater() {
        start("", "");
        hear(4000);
        assertDone("mtu 1500");
        assertEquals(1500, port.mtu());
        hear(1500);
        uplinkMtu(9000);
        assertDone("mtu 4000");
        assertEquals(4000, port.mtu());
    }

    /** Events of before a change may come after it: they are no wish of anybody. */
    @Test
    void shouldNotTakeItsOwnChangesForWishes() {
        start("", "");
        uplinkMtu(1400);
        uplinkMtu(1450);
        uplinkMtu(1500);
        assertDone("mtu 1400", "mtu 1450", "mtu 1500");
        hear(1500);
        uplinkMtu(1400);
        uplinkMtu(1500);
        assertDone("mtu 1400", "mtu 1500");
        hear(1400);
        hear(1500);
        assertEquals(EndpointConfig.Tap.MAX_MTU, port.wantedMtu());
        assertEquals(1500, port.mtu());
        assertDone();
    }

    @Test
    void shouldFollowTheUplinksMac() {
        start("", "");
        uplink = uplink.withMac(2);
        port = sync.follow(port, uplink);
        assertDone("mac 2");
        hear(1500);
        assertDone();
    }

    /** The kernel refuses that (spec CFG-8); of a TAP it only tells afterwards. */
    @Test
    void shouldPutBackAMacThatSomebodySetsAtTheInterface() {
        start("", "");
        hear(1500, 3);
        assertDone("mac 1");
        hear(1500, 1);
        assertDone();
    }

    /** It was made with the MAC that the uplink had a moment ago. */
    @Test
    void shouldTellAPortThatComesWhileTheMacChangesOnceItIsThere() {
        start("", "");
        sync.forget(port.index());
        uplink = uplink.withMac(2);
        port = sync.follow(port, uplink);
        assertDone();
        hear(1500, 1);
        assertDone("mac 2");
    }

    @Test
    void shouldFollowTheCarrier() {
        start("", "");
        link(false);
        link(false);
        assertDone("carrier false");
        link(true);
        assertDone("carrier true");
    }

    @Test
    void shouldLeaveTheCarrierAloneWhereItIsToldTo() {
        start(", propagateLink: false", "");
        link(false);
        assertDone();
    }

    @Test
    void shouldCopyTheCarrierAsTheKernelDoes() {
        start(", compat: kernel", "");
        link(false);
        assertDone("carrier false");
    }

    /** It cannot be told anything before it is there; it says so itself. */
    @Test
    void shouldTellAPortThatComesWhileTheLinkIsDownOnceItIsThere() {
        start("", "");
        sync.forget(port.index());
        link(false);
        uplinkMtu(1400);
        assertDone();
        assertEquals(1400, port.mtu());
        hear(1500);
        assertDone("mtu 1400", "carrier false");
    }
}
