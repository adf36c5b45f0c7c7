// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.http.Status;

/** Ends a request with a {@link Problem}; {@link Responses} writes it. */
final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Status status;

    ProblemException(Status status, String detail) {
        // Answers an everyday request: a stack trace would tell nobody anything.
        super(detail, null, false, false);
        this.status = status;
    }

    static ProblemException notFound(String detail) {
        return new ProblemException(Status.NOT_FOUND_404, detail);
    }

    Status status() {
        return status;
    }
}
