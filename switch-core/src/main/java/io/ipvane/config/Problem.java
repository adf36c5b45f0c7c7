// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

/**
 * One thing that is wrong in a configuration file.
 *
 * @param file the name that the reader was given
 * @param line line of the offending key or value, from 1; 0 where the whole file is meant
 * @param column column in that line, from 1; 0 where the whole file is meant
 * @param pointer JSON Pointer (RFC 6901) of it in a document; {@code ""} where it has no place
 *     there
 * @param errno what the kernel would say
 * @param sentence which thing, its value, the bound it broke, the way out
 */
public record Problem(
        String file, int line, int column, String pointer, Errno errno, String sentence) {
    /** The problem as compilers print it: {@code file:line:column: sentence}. */
    @Override
    public String toString() {
        return line == 0
                ? file + ": " + sentence
                : file + ":" + line + ":" + column + ": " + sentence;
    }
}
