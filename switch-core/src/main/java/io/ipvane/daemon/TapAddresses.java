// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.control.Command;
import io.ipvane.control.ControlPlane;
import io.ipvane.daemon.Units.Placed;
import io.ipvane.linux.Errno;
import io.ipvane.linux.LinuxException;
import io.ipvane.linux.TapInterface;
import io.ipvane.packet.IpPrefix;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Changes the configured addresses of a port or host port: all of them, or none. Used by the thread
 * that changes the switch.
 */
final class TapAddresses {
    private static final Set<Integer> GONE = Set.of(Errno.ENODEV, Errno.EBADFD);

    private TapAddresses() {}

    /** Refuses addresses that the interface would. */
    static void check(String owner, TapInterface tap, List<IpPrefix> before, List<IpPrefix> after) {
        final Optional<IpPrefix> ipv6 =
                minus(after, before).stream().filter(a -> !a.address().isIpv4()).findFirst();
        if (ipv6.isPresent() && tap.isIpv6Disabled()) {
            throw new IllegalArgumentException(
                    owner
                            + ": address "
                            + ipv6.get()
                            + " needs IPv6, which is disabled at its interface; enable it there"
                            + " (disable_ipv6=0) or leave the address out");
        }
    }

    /**
     * At the interface first, which may refuse and then has what it had; then in the table, without
     * waiting for the kernel to tell.
     */
    static void change(
            ControlPlane control, Placed placed, List<IpPrefix> before, List<IpPrefix> after) {
        final List<IpPrefix> gone = minus(before, after);
        final List<IpPrefix> come = minus(after, before);
        placed.unit()
                .tap()
                .ifPresent(
                        tap -> tap.changeAddresses(Addresses.linux(gone), Addresses.linux(come)));
        gone.forEach(a -> control.put(new Command.AddressRemoved(placed.index(), a.address())));
        come.forEach(a -> control.put(new Command.AddressAdded(placed.index(), a, true)));
    }

    private static List<IpPrefix> minus(List<IpPrefix> all, List<IpPrefix> without) {
        final List<IpPrefix> left = new ArrayList<>(all);
        left.removeAll(new HashSet<>(without));
        return left;
    }

    /** Does a step to an interface that its owner may have deleted. */
    static void whereThere(Runnable step) {
        try {
            step.run();
        } catch (LinuxException e) {
            if (!GONE.contains(e.errno())) {
                throw e;
            }
        }
    }
}
