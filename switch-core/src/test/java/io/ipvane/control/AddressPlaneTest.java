// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ipvane.packet.IpAddress;
import io.ipvane.snapshot.Quiescence;
import io.ipvane.snapshot.SnapshotPublisher;
import io.ipvane.table.AddressTable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AddressPlaneTest {
    private final SnapshotPublisher publisher = new SnapshotPublisher();
    private final Quiescence lcores = new Quiescence(publisher, 1);
    private final AddressPlane plane = new AddressPlane(lcores);

    @AfterEach
    void close() {
        plane.close();
    }

    private int put(int from, int to) {
        int grown = 0;
        for (int address = from; address < to; address++) {
            grown += plane.put(0, IpAddress.ipv4(address), 3) ? 1 : 0;
        }
        return grown;
    }

    /** A port with very many addresses comes up: all of them are put within one turn. */
    @Test
    void shouldKeepWhatLcoresReadUntilTheyAreDoneThoughItGrowsTwiceInOneTurn() {
        final AddressTable read = plane.table();
        assertEquals(0, put(1, 1_000));
        final int grown = put(1_000, 20_000);
        assertEquals(true, grown >= 2, grown + " times");
        assertNotSame(read, plane.table());
        plane.published();
        assertEquals(0, plane.reclaim());
        assertEquals(3, read.find4(0, 1), "lcores still look here");

        lcores.report(0, publisher.epoch());
        assertEquals(1, plane.reclaim());
        assertThrows(IllegalStateException.class, () -> read.remove4(0, 1), "must be closed");
        assertEquals(19_999, plane.table().size());
    }

    @Test
    void shouldCloseATableThatWasNeverPublished() {
        final AddressTable read = plane.table();
        put(1, 6_000);
        final AddressTable grown = plane.table();
        plane.close();
        assertThrows(IllegalStateException.class, () -> read.remove4(0, 1));
        assertThrows(IllegalStateException.class, () -> grown.remove4(0, 1));
    }
}
