// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.http.Status;
import io.ipvane.config.ConfigException;
import io.ipvane.config.Errno;
import io.ipvane.config.Problem;
import io.ipvane.control.view.ChangeRefusedException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Refusals of a configuration as problems: 409 where a wish collides with what is there, 422 where
 * it is wrong in itself.
 */
final class Refusals {
    /** How many faults one answer lists; a request can have a hundred thousand. */
    private static final int LISTED = 100;

    private static final Set<String> CONFLICTS =
            Set.of(Errno.values()).stream()
                    .filter(Errno::isConflict)
                    .map(Errno::name)
                    .collect(Collectors.toUnmodifiableSet());

    private Refusals() {}

    /**
     * What the checks of the configuration found.
     *
     * @param hasBody whether the request could have been wrong in itself
     */
    static ProblemException of(ConfigException e, boolean hasBody) {
        final List<Problem> all = e.problems();
        final boolean conflict =
                !hasBody || all.stream().allMatch(problem -> problem.errno().isConflict());
        final String more = e.count() == 1 ? "" : " (and " + (e.count() - 1) + " more, see errors)";
        return new ProblemException(
                conflict ? Status.CONFLICT_409 : Status.UNPROCESSABLE_CONTENT_422,
                all.getFirst().errno().name(),
                all.getFirst().sentence() + more,
                all.stream().limit(LISTED).map(Refusals::fault).toList());
    }

    /** What only the running switch could know. */
    static ProblemException of(ChangeRefusedException e) {
        return new ProblemException(
                CONFLICTS.contains(e.errno())
                        ? Status.CONFLICT_409
                        : Status.UNPROCESSABLE_CONTENT_422,
                e.errno(),
                e.getMessage());
    }

    private static Fault fault(Problem problem) {
        return new Fault(problem.sentence(), fragment(problem.pointer()), problem.errno().name());
    }

    private static String fragment(String pointer) {
        if (pointer.isEmpty()) {
            return "";
        }
        try {
            return new URI(null, null, pointer).toASCIIString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException("any text can be a fragment", e);
        }
    }
}
