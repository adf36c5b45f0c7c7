// SPDX-License-Identifier: Apache-2.0
package io.ipvane.option;

import java.util.Optional;

/** A mapping of a document while it is read, key by key. One thread. */
public interface Section {
    /** The value of a key; empty where the mapping does not have the key. */
    Optional<Value> value(String key);

    /** Notes that a key is not there and has no default. */
    void missing(String key, String remedy);

    /** Notes that a value is wrong; {@code sentence} follows the name of the mapping. */
    void refuse(String key, String sentence);

    /** Whether nothing of this mapping has been noted, nor of anything within it. */
    boolean isSound();
}
