// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

/** Grace that passes when a test says so. Tickets are numbered from 1. */
final class ManualGrace implements Grace {
    private long issued;
    private long passed;

    @Override
    public long retire() {
        return ++issued;
    }

    @Override
    public boolean passed(long ticket) {
        return ticket <= passed;
    }

    /** Every ticket given so far passes. */
    void pass() {
        passed = issued;
    }

    long issued() {
        return issued;
    }
}
