// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import java.util.Optional;

/** What to do about something that somebody else has to make first. */
enum IfMissing {
    /** Refuse the change. */
    REFUSE,

    /** Wait for it, and refuse what fails for another reason. */
    WAIT,

    /** Wait, whatever the reason: on the way back to what was there before. */
    ALWAYS_WAIT;

    /** Whether this is waited for. */
    boolean waitsFor(Optional<String> missing) {
        return this != REFUSE && missing.isPresent();
    }
}
