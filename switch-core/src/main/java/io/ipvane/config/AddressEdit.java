// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Changes of single addresses of a port. {@link AddressBatch} makes many at once. */
public final class AddressEdit {
    private AddressEdit() {}

    /** Gives a port an address; nothing where it has it with this length. */
    public static ConfigEdit put(String port, IpPrefix address) {
        return config -> {
            final PortConfig before = NamedEdit.PORT.get(config, port);
            if (before.addresses().contains(address)) {
                return config;
            }
            final List<IpPrefix> addresses = new ArrayList<>(before.addresses());
            addresses.add(address);
            return replace(config, before, addresses);
        };
    }

    /**
     * Takes an address from a port.
     *
     * @param length that it must have; empty: any
     */
    public static ConfigEdit delete(String port, IpAddress address, Optional<Integer> length) {
        return config -> {
            final PortConfig before = NamedEdit.PORT.get(config, port);
            final IpPrefix found =
                    find(before, address)
                            .filter(a -> length.isEmpty() || length.get() == a.length())
                            .orElseThrow(() -> unknown(port, address, length));
            return replace(config, before, Elements.without(before.addresses(), found::equals));
        };
    }

    /** An address that a port has by its configuration. */
    public static Optional<IpPrefix> find(PortConfig port, IpAddress address) {
        return port.addresses().stream().filter(a -> a.address().equals(address)).findFirst();
    }

    private static SwitchConfig replace(
            SwitchConfig config, PortConfig before, List<IpPrefix> addresses) {
        final PortConfig after = before.withAddresses(addresses);
        final Draft draft = new Draft(null);
        draft.places().put(after, draft.places().of(after));
        return draft.checked(
                config.withPorts(
                        Elements.put(
                                config.ports(), port -> port.name().equals(before.name()), after)));
    }

    private static UnknownElementException unknown(
            String port, IpAddress address, Optional<Integer> length) {
        return new UnknownElementException(
                "port '"
                        + port
                        + "' has no address "
                        + address
                        + length.map(bits -> "/" + bits).orElse("")
                        + " in the configuration");
    }
}
