// SPDX-License-Identifier: Apache-2.0
package io.ipvane.table;

/** Grace that nobody waits for and that never passes. */
final class Unwaited implements Grace {
    @Override
    public long retire() {
        return 1;
    }

    @Override
    public boolean passed(long ticket) {
        return false;
    }
}
