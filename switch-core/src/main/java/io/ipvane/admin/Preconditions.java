// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import java.util.Optional;

/**
 * What a request says must hold before it is carried out. A tag is compared with that of the
 * resource as it is at that moment. Source: RFC 9110, section 13.
 */
final class Preconditions {
    private static final String ANY = "*";

    private final Optional<String> ifMatch;
    private final Optional<String> ifNoneMatch;

    private Preconditions(Optional<String> ifMatch, Optional<String> ifNoneMatch) {
        this.ifMatch = ifMatch;
        this.ifNoneMatch = ifNoneMatch;
    }

    /**
     * Those of a request.
     *
     * @throws ProblemException 400 where they cannot be read
     */
    static Preconditions of(ServerRequest request) {
        final Preconditions found =
                new Preconditions(
                        header(request, HeaderNames.IF_MATCH),
                        header(request, HeaderNames.IF_NONE_MATCH));
        found.ifMatch.filter(v -> !v.equals(ANY)).ifPresent(v -> EntityTag.list("If-Match", v));
        found.ifNoneMatch
                .filter(v -> !v.equals(ANY))
                .ifPresent(v -> EntityTag.list("If-None-Match", v));
        return found;
    }

    private static Optional<String> header(ServerRequest request, HeaderName name) {
        return request.headers().contains(name)
                ? Optional.of(String.join(", ", request.headers().get(name).allValues()).strip())
                : Optional.empty();
    }

    /** Whether the request says which state it means to change. */
    boolean namesAState() {
        return ifMatch.isPresent();
    }

    /** Whether anything depends on the present state. */
    boolean areThere() {
        return ifMatch.isPresent() || ifNoneMatch.isPresent();
    }

    /**
     * Checks a change.
     *
     * @param what the resource, for the sentence
     * @param tag of the resource now; empty: it is not there
     * @throws ProblemException 412
     */
    void check(String what, Optional<String> tag) {
        if (ifNoneMatch.isPresent() && matches(ifNoneMatch.get(), tag, "If-None-Match")) {
            throw new ProblemException(
                    Status.PRECONDITION_FAILED_412,
                    "EEXIST",
                    what + " is there already (EEXIST), and the request wants to make it");
        }
        if (ifMatch.isPresent() && !matches(ifMatch.get(), tag, "If-Match")) {
            throw new ProblemException(
                    Status.PRECONDITION_FAILED_412,
                    what
                            + (tag.isPresent()
                                    ? " has changed: its entity tag is "
                                            + tag.get()
                                            + " now; read it again and repeat the change"
                                    : " is not there, and the request says that it is"));
        }
    }

    /** Whether a client that asks again has this representation already; weak tags count. */
    boolean isKnown(String tag) {
        return ifNoneMatch.isPresent()
                && (matches(ifNoneMatch.get(), Optional.of(tag), "If-None-Match")
                        || matches(ifNoneMatch.get(), Optional.of("W/" + tag), "If-None-Match"));
    }

    private static boolean matches(String value, Optional<String> tag, String header) {
        return tag.isPresent()
                && (value.equals(ANY) || EntityTag.list(header, value).contains(tag.get()));
    }
}
