// SPDX-License-Identifier: Apache-2.0
package io.ipvane.pipeline;

import io.ipvane.burst.DropReason;
import io.ipvane.burst.DropReasons;

/** What parse finds wrong with a frame. */
public enum ParseDrop implements DropReason {
    IP_MALFORMED("the IP header contradicts itself or is a martian"),
    TRUNCATED("shorter than its own header says"),
    PAUSE("802.3x PAUSE, which never crosses a switch");

    private final int number = DropReasons.add(this);
    private final String sentence;

    ParseDrop(String sentence) {
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
