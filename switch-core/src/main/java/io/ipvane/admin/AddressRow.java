// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.ipvane.control.view.AddressView;
import io.ipvane.control.view.PortView;
import java.util.List;
import java.util.stream.Stream;

/** One address together with who has it: an element of {@code /v1/addresses}. */
record AddressRow(String address, String port, String uplink, String origin, String state) {
    static List<AddressRow> of(List<PortView> ports) {
        return ports.stream().flatMap(AddressRow::of).toList();
    }

    private static Stream<AddressRow> of(PortView port) {
        return port.addresses().stream().map(address -> of(port, address));
    }

    private static AddressRow of(PortView port, AddressView address) {
        return new AddressRow(
                address.address(), port.name(), port.uplink(), address.origin(), address.state());
    }
}
