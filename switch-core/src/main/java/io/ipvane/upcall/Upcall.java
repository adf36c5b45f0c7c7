// SPDX-License-Identifier: Apache-2.0
package io.ipvane.upcall;

/**
 * What one feature does on the conductor with frames that lcores hand up. A feature says which
 * frames of a port it wants, and what is to become of each; what it knows of them lives in its own
 * package.
 *
 * <p>All methods: conductor thread only.
 */
public interface Upcall extends AutoCloseable {
    /** Which frames that come in by a port it wants: bits of the port's entry in the snapshot. */
    default int wants(int port) {
        return 0;
    }

    /**
     * Takes a frame, if it is one that this feature wants: then sends it on its way, has the {@link
     * UpcallDispatcher} hold it, or frees it.
     *
     * @return false: it is not, and the frame is as it was
     */
    default boolean take(Shown frame) {
        return false;
    }

    /** One turn beside frames, for what is due; says how much that was. */
    default int doWork() {
        return 0;
    }

    /** Another second is over. */
    default void secondOver() {}

    /** A port is gone, and its index may become another's. */
    default void forget(int port) {}

    /** Lcores have stopped: frees every frame that waits here. */
    @Override
    default void close() {}
}
