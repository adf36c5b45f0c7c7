// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.device.Device;

/** An rx queue as the lcore that takes its frames knows it. Owned by that lcore. */
final class PolledQueue {
    final RxQueue of;
    final Device device;
    final int queue;
    final int port;

    /** What tells of its frames, or {@link Device#TOLD_BY_NOTHING}. */
    final int descriptor;

    /** Its number among the queues of the lcore, while it is one of them. */
    int place;

    /** How often in a row it gave nothing when it was asked. */
    int silences;

    /** Whether {@link #descriptor} is watched. */
    boolean isWatched;

    /** Whether it is not asked until {@link #descriptor} tells of a frame. */
    boolean isAwaited;

    /** Whether it is asked now and then only, as it was silent for long. */
    boolean rests;

    PolledQueue(RxQueue of) {
        this.of = of;
        device = of.device();
        queue = of.queue();
        port = of.port();
        descriptor = device.toldBy(queue);
    }
}
