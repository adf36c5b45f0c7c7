// SPDX-License-Identifier: Apache-2.0
package io.ipvane.device;

import io.ipvane.burst.DropReason;
import io.ipvane.burst.DropReasons;

/** What a device refuses of what its peer gives it. */
public enum DeviceDrop implements DropReason {
    OFFLOAD_INVALID("asks for a checksum or segments that do not fit its headers");

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
