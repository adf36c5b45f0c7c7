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
 * @param netns namespace that its interface is in now, {@code net:[INODE]} where that has no name;
 *     {@code ""}: that of the daemon
 * @param interfaceName that its interface has now, {@code ""} where it has none; the key is {@code
 *     interface}
 * @param socket of its memif or vhost-user endpoint, {@code ""} where it has none
 * @param mode that it forwards by, its own or its uplink's
 * @param flag that it forwards by, its own or its uplink's
 * @param mtu bytes of an L3 packet
 * @param up whether its interface is up
 * @param carrier whether its interface has a carrier, or somebody is connected to its socket
 * @param state {@value #UP} where frames can be delivered, {@value #WAITING} while something that
 *     somebody else makes is not there yet, else {@value #DOWN}
 * @param reason one sentence that says why it is not up; {@code ""} where it is
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
        String state,
        String reason,
        Iterable<AddressView> addresses) {
    /** Frames can be delivered. */
    public static final String UP = "up";

    /** No frame can be delivered. */
    public static final String DOWN = "down";

    /** What it needs is not there yet; the port comes when that does. */
    public static final String WAITING = "waiting";

    /** The addresses as a stream. */
    public Stream<AddressView> addressStream() {
        return StreamSupport.stream(addresses.spliterator(), false);
    }
}
