// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.control.AddressBook.Claim;
import io.ipvane.control.view.AddressView;
import io.ipvane.model.PortModel;
import io.ipvane.model.SwitchModel;
import io.ipvane.packet.IpPrefix;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * The addresses of a port as readers see them. A port may have a million, so they are asked for in
 * pages, while they are gone through: no question keeps the conductor for long, and no reader holds
 * more than a page. What comes or goes meanwhile may be there or not; what stays is there once.
 *
 * <p>The first page is taken by the conductor; going through is for any thread.
 */
final class PortAddresses implements Iterable<AddressView> {
    /** Each costs the conductor some 100 ns. */
    static final int PAGE = 2_048;

    private final ControlPlane control;
    private final int port;
    private final String name;
    private final Page first;

    /** One address, not yet as text. */
    private record Row(IpPrefix address, String origin, boolean active) {
        AddressView view() {
            return new AddressView(address.toString(), origin, active ? "active" : "duplicate");
        }
    }

    /**
     * @param next where the next page begins; null: this is the last
     */
    private record Page(List<Row> rows, PortClaims.Cursor next) {}

    /**
     * On the conductor's thread.
     *
     * @param room addresses that may be taken at once; 0: all are asked for later
     */
    PortAddresses(ControlPlane control, Conductor conductor, PortModel port, int room) {
        this.control = control;
        this.port = port.index();
        this.name = port.name();
        first = page(conductor, PortClaims.Cursor.START, Math.min(room, PAGE));
    }

    /** How many addresses were taken at once. */
    int taken() {
        return first.rows().size();
    }

    private Page page(Conductor conductor, PortClaims.Cursor from, int max) {
        final SwitchModel model = conductor.model();
        if (!model.has(port) || !model.port(port).name().equals(name)) {
            return new Page(List.of(), null);
        }
        final AddressClaims claims = conductor.claims();
        final List<Row> rows = new ArrayList<>();
        final PortClaims.Cursor next =
                claims.book().page(port, from, max, claim -> rows.add(row(claims, claim)));
        return new Page(rows, next);
    }

    private static Row row(AddressClaims claims, Claim claim) {
        return new Row(claim.address(), claim.origin().key(), claims.isActive(claim));
    }

    @Override
    public Iterator<AddressView> iterator() {
        return new Pages();
    }

    /** Goes through the rows of one page after the other. */
    private final class Pages implements Iterator<AddressView> {
        private Page page = first;
        private int at;

        @Override
        public boolean hasNext() {
            while (at == page.rows().size() && page.next() != null) {
                final PortClaims.Cursor from = page.next();
                page = control.ask(conductor -> page(conductor, from, PAGE));
                at = 0;
            }
            return at < page.rows().size();
        }

        @Override
        public AddressView next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return page.rows().get(at++).view();
        }
    }
}
