// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Strong entity tags: a digest of the bytes of an answer, so that two answers have the same tag if
 * and only if they are the same. Source: RFC 9110, sections 8.8.3 and 13.1.
 */
final class EntityTag {
    /** Bytes of the digest that are kept: collisions are beyond reach at 96 bits. */
    private static final int BYTES = 12;

    private static final Pattern TAG = Pattern.compile("(W/)?\"[!#-~\\x80-\\xff]*\"");

    private EntityTag() {}

    /** The tag of a representation, quotes included. */
    static String of(byte[] representation) {
        try {
            final byte[] digest = MessageDigest.getInstance("SHA-256").digest(representation);
            return '"' + HexFormat.of().formatHex(Arrays.copyOf(digest, BYTES)) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /**
     * The tags of a header's value, weak ones with their {@code W/}.
     *
     * @throws ProblemException 400 where it is no list of tags
     */
    static List<String> list(String header, String value) {
        final List<String> tags = new ArrayList<>();
        int at = 0;
        final Matcher matcher = TAG.matcher(value);
        while (at < value.length()) {
            if (!matcher.region(at, value.length()).lookingAt()) {
                throw ProblemException.badRequest(
                        header + ": " + value + " is no list of entity tags; write \"tag\", or *");
            }
            tags.add(matcher.group());
            at = matcher.end();
            while (at < value.length() && (value.charAt(at) == ',' || value.charAt(at) == ' ')) {
                at++;
            }
        }
        return tags;
    }
}
