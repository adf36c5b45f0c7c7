// SPDX-License-Identifier: Apache-2.0
package io.ipvane.egress;

import io.ipvane.burst.DropReason;
import io.ipvane.burst.DropReasons;

/** Drops of frames that do not fit where they are to leave. */
public enum EgressDrop implements DropReason {
    MTU("longer than the receiver's MTU"),
    NO_PORT("the destination port is gone");

    private final int number = DropReasons.add(this);
    private final String sentence;

    EgressDrop(String sentence) {
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
