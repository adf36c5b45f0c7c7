// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.util.concurrent.TimeUnit;

/**
 * How long to leave something alone that fails: 100 ms after the first failure, twice as long after
 * each further one, 10 s at most. The first failure is logged, and then how many there were when it
 * works again. One thread.
 */
final class Pause {
    private static final long SHORTEST = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LONGEST = TimeUnit.SECONDS.toNanos(10);

    private static final System.Logger LOG = System.getLogger(Pause.class.getName());

    private final String what;
    private long failures;
    private long pause = SHORTEST;

    /**
     * @param what fails, to begin a sentence
     */
    Pause(String what) {
        this.what = what;
    }

    /**
     * Notes a failure; its trace is logged where it is a defect.
     *
     * @return nanoseconds to wait
     */
    long failed(Throwable why) {
        if (failures++ == 0 && why instanceof LinuxException) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    what + " will be tried again: " + why.getMessage());
        } else if (failures == 1) {
            LOG.log(System.Logger.Level.ERROR, what + " will be tried again", why);
        }
        final long wait = pause;
        pause = Math.min(2 * pause, LONGEST);
        return wait;
    }

    /** Notes that it works. */
    void worked() {
        if (failures > 0) {
            LOG.log(
                    System.Logger.Level.INFO,
                    what + " works again after " + failures + " failures");
        }
        failures = 0;
        pause = SHORTEST;
    }

    boolean isOn() {
        return failures > 0;
    }
}
