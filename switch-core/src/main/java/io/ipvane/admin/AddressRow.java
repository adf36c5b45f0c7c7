// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.ipvane.control.view.AddressView;
import io.ipvane.control.view.PortView;
import java.util.List;

/** One address together with who has it: an element of {@code /v1/addresses}. */
record AddressRow(String address, String port, String uplink, String origin, String state) {
    /** Those of all ports. */
    static Rows of(List<PortView> ports) {
        return sink ->
                ports.forEach(
                        port ->
                                port.addresses()
                                        .forEach(address -> sink.accept(of(port, address))));
    }

    private static AddressRow of(PortView port, AddressView address) {
        return new AddressRow(
                address.address(), port.name(), port.uplink(), address.origin(), address.state());
    }
}
