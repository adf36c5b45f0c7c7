// SPDX-License-Identifier: Apache-2.0
package io.ipvane.device;

import io.ipvane.burst.DropReason;
import io.ipvane.burst.DropReasons;

/** What a device refuses, or is refused, of what it and its peer give each other. */
public enum DeviceDrop implements DropReason {
    OFFLOAD_INVALID("asks for a checksum or segments that do not fit its headers"),
    RX_OVERFLOW("came faster than the switch took it, and the kernel's buffer for it was full"),
    TX_REFUSED(
            "the interface did not take it: its queue was full, a filter on it, or it is too long");

    private final int number = DropReasons.add(this);
    private final String sentence;

    DeviceDrop(String sentence) {
        this.sentence = sentence;
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public String sentence() {
        return sentence;
    }
}
