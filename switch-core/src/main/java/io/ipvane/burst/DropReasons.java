// SPDX-License-Identifier: Apache-2.0
package io.ipvane.burst;

import io.ipvane.counters.CounterShard;
import io.ipvane.counters.PortCounter;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Numbers the reasons of all features, in the order in which their enums are loaded: a reason gets
 * its number before anybody can name it. Any thread; nothing here is on the hot path.
 */
public final class DropReasons {
    /** The most reasons that a row of counters has columns for. */
    public static final int MOST = CounterShard.COLUMNS - PortCounter.COUNT;

    private static final List<DropReason> ALL = new CopyOnWriteArrayList<>();

    private DropReasons() {}

    /** A number for one more reason; for the constructor of its enum. */
    public static synchronized int add(DropReason reason) {
        ALL.add(reason);
        return ALL.size() - 1;
    }

    /** The reason that has a number. */
    public static DropReason of(int number) {
        return ALL.get(number);
    }

    /**
     * Refuses more reasons than there are columns, and two of one name, before anybody counts.
     *
     * @throws IllegalStateException with a sentence
     */
    public static void check(List<DropReason> reasons) {
        if (reasons.size() > MOST) {
            throw new IllegalStateException(
                    "there are "
                            + reasons.size()
                            + " drop reasons but a row of counters has columns for "
                            + MOST
                            + "; raise CounterShard.COLUMNS="
                            + CounterShard.COLUMNS);
        }
        final Set<String> keys = new HashSet<>();
        for (DropReason reason : reasons) {
            if (!keys.add(reason.key())) {
                throw new IllegalStateException(
                        "two drop reasons have the name '"
                                + reason.key()
                                + "', one of them in "
                                + reason.getClass().getName()
                                + "; take another name");
            }
        }
    }
}
