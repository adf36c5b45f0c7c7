// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.burst.DropReason;
import io.ipvane.burst.DropReasons;

/** Drops between lcores. */
public enum LcoreDrop implements DropReason {
    HAND_OFF_FULL("the lcore at which its conversation is at home could not keep up");

    private final int number = DropReasons.add(this);
    private final String sentence;

    LcoreDrop(String sentence) {
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
