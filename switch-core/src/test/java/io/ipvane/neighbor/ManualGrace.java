// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

import io.ipvane.table.Grace;

/** Readers that are done when the test says so. */
final class ManualGrace implements Grace {
    private long given;
    private long passed;

    @Override
    public long retire() {
        return ++given;
    }

    @Override
    public boolean passed(long ticket) {
        return ticket <= passed;
    }

    /** All readers have finished what they were at. */
    void pass() {
        passed = given;
    }
}
