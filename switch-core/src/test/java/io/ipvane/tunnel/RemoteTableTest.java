// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.memory.Memory;
import io.ipvane.packet.IpAddress;
import io.ipvane.table.AddressTable;
import io.ipvane.table.Grace;
import io.ipvane.testing.Frames;
import org.junit.jupiter.api.Test;

class RemoteTableTest {
    /** Readers are done when the test says so. */
    private static final class Manual implements Grace {
        private long issued;
        private long passed;

        @Override
        public long retire() {
            return ++issued;
        }

        @Override
        public boolean passed(long ticket) {
            return ticket <= passed;
        }

        void pass() {
            passed = issued;
        }
    }

    private final Manual grace = new Manual();

    private static OuterHeader towards(String remote, long mac) {
        final IpAddress address = IpAddress.parse(remote);
        return new OuterHeader(
                1,
                2,
                1500,
                IpAddress.parse(Outer.LOCAL4),
                address,
                address,
                Frames.OWN,
                mac,
                TunnelOptions.DEFAULT);
    }

    private static long nextHopMac(RemoteTable table, int remote) {
        return Memory.mac(table.header(remote) + PreparedHeader.HEADER);
    }

    @Test
    void shouldSwingAHeaderAndLeaveTheOldOneToItsReaders() {
        try (RemoteTable table = new RemoteTable(4, 2, grace)) {
            final int end = table.addEnd(towards(Outer.PEER4, 1));
            final int remote = table.add(42, end, 0);
            final long seen = table.header(remote);
            for (int mac = 2; mac <= 4; mac++) {
                assertTrue(table.replaceEnd(end, towards(Outer.PEER4, mac)));
                assertEquals(mac, nextHopMac(table, remote));
                assertNotEquals(seen, table.header(remote));
            }
            assertEquals(1, Memory.mac(seen + PreparedHeader.HEADER), "a reader may be at it");
            assertFalse(table.replaceEnd(end, towards(Outer.PEER4, 5)), "all rest");
            assertEquals(4, nextHopMac(table, remote));
            for (int turn = 0; turn < 2; turn++) {
                grace.pass();
                table.replaceEnd(end, towards(Outer.PEER4, 5));
            }
            assertEquals(5, nextHopMac(table, remote));
        }
    }

    @Test
    void shouldChangeAllRemotesBehindAnEndAtOnce() {
        try (RemoteTable table = new RemoteTable(100, 2, grace)) {
            final int end = table.addEnd(towards(Outer.PEER4, 1));
            final int[] remotes = new int[100];
            for (int i = 0; i < remotes.length; i++) {
                remotes[i] = table.add(i, end, i + 1);
                assertTrue(RemoteTable.isRemote(remotes[i]));
            }
            table.replaceEnd(end, towards(Outer.PEER4, 9));
            for (int i = 0; i < remotes.length; i++) {
                assertEquals(9, nextHopMac(table, remotes[i]));
                assertEquals(i, table.vni(remotes[i]));
                assertEquals(i + 1, table.mac(remotes[i]));
            }
            assertEquals(100, table.size());
            assertEquals(RemoteTable.NONE, table.add(1, end, 0), "full");
        }
    }

    @Test
    void shouldUseTheSlotOfARemoteAgainOnlyWhenReadersAreDone() {
        try (RemoteTable table = new RemoteTable(2, 2, grace)) {
            final int end = table.addEnd(towards(Outer.PEER4, 1));
            final int first = table.add(42, end, 1);
            table.add(43, end, 2);
            table.remove(first);
            assertEquals(RemoteTable.NONE, table.add(44, end, 3));
            assertEquals(42, table.vni(first));
            grace.pass();
            assertEquals(first, table.add(44, end, 3));
            assertEquals(2, table.size());
        }
    }

    @Test
    void shouldTakeEndsAgain() {
        try (RemoteTable table = new RemoteTable(2, 1, grace)) {
            for (int i = 0; i < 50; i++) {
                final int end = table.addEnd(towards(Outer.PEER4, i));
                assertEquals(0, end);
                assertEquals(RemoteTable.NONE, table.addEnd(towards(Outer.PEER4, i)));
                table.removeEnd(end);
                grace.pass();
            }
        }
    }

    @Test
    void shouldRefuseWhatTheWireWouldCut() {
        try (RemoteTable table = new RemoteTable(2, 2, grace)) {
            final int end = table.addEnd(towards(Outer.PEER4, 1));
            assertThrows(IllegalArgumentException.class, () -> table.add(1 << 24, end, 0));
            assertThrows(IllegalArgumentException.class, () -> table.add(-1, end, 0));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new RemoteTable(RemoteTable.MAX_REMOTES + 1, 1, grace));
        }
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        new OuterHeader(
                                1,
                                2,
                                1500,
                                IpAddress.parse(Outer.LOCAL4),
                                IpAddress.parse(Outer.PEER6),
                                IpAddress.parse(Outer.PEER6),
                                1,
                                1,
                                TunnelOptions.DEFAULT));
    }

    /** A million addresses of VNIs at a hundred thousand ends, each within 64 bytes. */
    @Test
    void shouldHoldAMillionAddresses() {
        final int addresses = 1_000_000;
        final int ends = 100_000;
        try (RemoteTable table = new RemoteTable(addresses, ends, grace);
                AddressTable index = new AddressTable(addresses, 0, grace)) {
            final int[] end = new int[ends];
            for (int i = 0; i < ends; i++) {
                end[i] =
                        table.addEnd(
                                towards(
                                        "10.%d.%d.%d".formatted(i >> 16, i >> 8 & 255, i & 255),
                                        i));
                assertEquals(i, end[i]);
            }
            for (int i = 0; i < addresses; i++) {
                final int remote = table.add(i % 4096, end[i % ends], i);
                index.put4(i % 4096, 0x0A00_0000 + i, remote);
            }
            for (int i = 0; i < addresses; i += 997) {
                final int remote = index.find4(i % 4096, 0x0A00_0000 + i);
                assertEquals(i % 4096, table.vni(remote));
                assertEquals(i % ends, nextHopMac(table, remote));
            }
            final long shared = 2L * ends * PreparedHeader.BYTES + 4L * ends;
            final double each = (16.0 * addresses + index.bytes()) / addresses;
            assertTrue(each <= 64, "bytes an address: " + each);
            assertTrue(shared <= 26_000_000, "bytes of headers: " + shared);
        }
    }
}
