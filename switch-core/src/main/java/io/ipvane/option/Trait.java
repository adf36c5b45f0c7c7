// SPDX-License-Identifier: Apache-2.0
package io.ipvane.option;

/** What is special about a key. */
public enum Trait {
    /** Tells one element from the others. A request has it in its path, a command in its place. */
    ID,

    /** Written even where it has its default. */
    WRITTEN,

    /** A request that replaces an element and leaves the key out keeps what the element had. */
    KEPT,

    /** On the command line, its values may stand without it. */
    BARE
}
