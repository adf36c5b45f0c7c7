// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control.view;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * One port.
 *
 * @param name its id
 * @param uplink id of its uplink
 * @param type {@code tap}, {@code memif} or {@code vhost-user}
 * @param netns namespace of its interface; {@code ""}: that of the daemon
 * @param interfaceName of its interface, {@code ""} where it has none; the key is {@code interface}
 * @param socket of its memif or vhost-user endpoint, {@code ""} where it has none
 * @param mode that it forwards by, its own or its uplink's
 * @param flag that it forwards by, its own or its uplink's
 * @param mtu bytes of an L3 packet
 * @param up whether its interface is up
 * @param carrier whether its interface has a carrier, or somebody is connected to its socket
 * @param addresses all that it has, oldest first; they may be asked for while they are gone
 *     through, since there may be a million, and only then fail with {@link
 *     StatusUnavailableException}
 */
public record PortView(
        String name,
        String uplink,
        String type,
        String netns,
        @JsonProperty("interface") String interfaceName,
        String socket,
        String mode,
        String flag,
        int mtu,
        boolean up,
        boolean carrier,
        Iterable<AddressView> addresses) {
    /** The addresses as a stream. */
    public Stream<AddressView> addressStream() {
        return StreamSupport.stream(addresses.spliterator(), false);
    }
}
