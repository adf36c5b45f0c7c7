// SPDX-License-Identifier: Apache-2.0
package io.ipvane.upcall;

import io.ipvane.burst.DropReason;
import io.ipvane.burst.DropReasons;

/** Drops of frames that the conductor should have seen first. */
public enum UpcallDrop implements DropReason {
    POLICED("over the rate allowed");

    private final int number = DropReasons.add(this);
    private final String sentence;

    UpcallDrop(String sentence) {
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
