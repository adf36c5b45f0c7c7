// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import java.util.concurrent.TimeUnit;

/** An lcore did not come to a change between two of its turns; the change has not been made. */
public final class LcoreBusyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LcoreBusyException(String lcore, long nanos) {
        super(
                lcore
                        + " has not ended its turn in "
                        + TimeUnit.NANOSECONDS.toSeconds(nanos)
                        + " s; give its CPU to the switch alone and try again");
    }
}
