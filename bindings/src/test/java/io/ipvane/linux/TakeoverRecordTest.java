// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TakeoverRecordTest {
    private static TakeoverRecord example() {
        final NetlinkRequest address =
                InterfaceAddress.request(Rtnl.NEWADDR, 0, 5, IpPrefix.parse("10.5.0.1/24"));
        final Route route =
                new Route(
                        IpPrefix.parse("0.0.0.0/0"),
                        IpPrefix.parse("10.5.0.9").address(),
                        null,
                        5,
                        254,
                        4,
                        100);
        return new TakeoverRecord(
                "boot-id",
                new WatchedInterface("", "eth0"),
                4711,
                99,
                5,
                false,
                new InterfaceSettings(
                        true,
                        false,
                        1400,
                        Optional.of("0"),
                        "0",
                        false,
                        Map.of("rx-gro", true, "rx-lro", false),
                        List.of(saved(address)),
                        List.of(saved(route.request(Rtnl.NEWROUTE, 0))),
                        List.of()));
    }

    private static SavedMessage saved(NetlinkRequest request) {
        return new SavedMessage(NetlinkMessage.parse(request.bytes()).get(0));
    }

    @Test
    void shouldReadBackWhatItWrote() {
        final String text = example().format();
        final TakeoverRecord read = TakeoverRecord.parse(text);

        assertEquals(text, read.format());
        assertEquals(1400, read.settings().mtu());
        assertEquals(new WatchedInterface("", "eth0"), read.key());
        assertEquals("10.5.0.1/24", read.settings().addresses().get(0).toString());
        assertEquals("default via 10.5.0.9", read.settings().routes().get(0).toString());
    }

    @Test
    void shouldRefuseARecordThatIsCutShort() {
        final String text = example().format();

        for (final int length : List.of(0, 10, text.length() - 2)) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> TakeoverRecord.parse(text.substring(0, length)));
        }
    }

    @Test
    void shouldMakeAnAddressAtAnotherInterface() {
        final SavedMessage address = example().settings().addresses().get(0);
        final Link other = new Link(9, "host0", 0, 1500, 0, true, 0);

        final NetlinkMessage request = NetlinkMessage.parse(address.add(other)).get(0);

        assertEquals(
                new InterfaceAddress(9, IpPrefix.parse("10.5.0.1/24"), 0),
                InterfaceAddress.decode(request));
    }

    @Test
    void shouldMakeARouteAtAnotherInterface() {
        final SavedMessage route = example().settings().routes().get(0);
        final Link other = new Link(9, "host0", 0, 1500, 0, true, 0);

        final Route made = Route.decode(NetlinkMessage.parse(route.add(other)).get(0));

        assertEquals(9, made.link());
        assertEquals(100, made.metric());
    }

    @Test
    void shouldSayWhichRecordCannotBeUnderstoodAndGoOnWithTheOthers(@TempDir Path directory)
            throws Exception {
        try (TakeoverFile file =
                TakeoverFile.open(directory, new WatchedInterface("", "eth0"), 4711)) {
            file.write(example());
        }
        Files.writeString(directory.resolve("takeover-eth1"), "garbage\n");
        final List<String> failures = new ArrayList<>();

        assertEquals(
                List.of(new WatchedInterface("", "eth0")),
                TakeoverFile.list(directory, failures).stream().map(TakeoverRecord::key).toList());
        assertEquals(1, failures.size());
        assertTrue(failures.get(0).contains("takeover-eth1 cannot be understood"), failures.get(0));
    }

    @Test
    void shouldWriteThroughNoLink(@TempDir Path directory) throws Exception {
        final WatchedInterface key = new WatchedInterface("", "eth0");
        final Path secret = Files.writeString(directory.resolve("secret"), "kept");
        final Path fresh = directory.resolve("takeover-4711-eth0.new");
        try (TakeoverFile file = TakeoverFile.open(directory, key, 4711)) {
            Files.createSymbolicLink(fresh, secret);
            assertThrows(LinuxException.class, () -> file.write(example()));
            Files.delete(fresh);
            file.write(example());
        }
        Files.createSymbolicLink(directory.resolve("takeover-4711-eth0.lock"), secret);
        assertThrows(LinuxException.class, () -> TakeoverFile.open(directory, key, 4711));
        assertEquals("kept", Files.readString(secret));
    }
}
