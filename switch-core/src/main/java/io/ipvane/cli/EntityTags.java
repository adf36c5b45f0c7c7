// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

/** Entity tags on the command line, where quotes get lost. */
final class EntityTags {
    private EntityTags() {}

    /** As HTTP has it: in quotes, or {@code *}. */
    static String quoted(String tag) {
        return tag.equals("*") || tag.startsWith("\"") ? tag : '"' + tag + '"';
    }

    /** As people type it. */
    static String bare(String tag) {
        return tag.replace("\"", "");
    }
}
