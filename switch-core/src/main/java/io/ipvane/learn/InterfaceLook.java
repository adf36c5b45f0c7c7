// SPDX-License-Identifier: Apache-2.0
package io.ipvane.learn;

import io.ipvane.packet.IpAddress;
import java.util.Map;
import java.util.Set;

/** Who can say which addresses the interfaces of ports have by now. */
@FunctionalInterface
public interface InterfaceLook {
    /**
     * Has the conductor told all that interfaces have to tell by now, and then that this look is
     * over. Called on the conductor's thread; must not wait.
     *
     * @param ticket names this look
     * @param sources by port, IPv6 addresses that it sends from and that nobody has told yet
     */
    void look(long ticket, Map<Integer, Set<IpAddress>> sources);
}
