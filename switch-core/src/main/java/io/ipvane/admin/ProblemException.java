// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.http.Status;
import java.util.List;

/** Ends a request with a {@link Problem}; {@link Responses} writes it. */
final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Status status;
    private final String errno;
    private final transient List<Fault> errors;

    ProblemException(Status status, String detail) {
        this(status, "", detail);
    }

    ProblemException(Status status, String errno, String detail) {
        this(status, errno, detail, List.of());
    }

    ProblemException(Status status, String errno, String detail, List<Fault> errors) {
        // Answers an everyday request: a stack trace would tell nobody anything.
        super(detail, null, false, false);
        this.status = status;
        this.errno = errno;
        this.errors = List.copyOf(errors);
    }

    static ProblemException badRequest(String detail) {
        return new ProblemException(Status.BAD_REQUEST_400, detail);
    }

    static ProblemException notFound(String detail) {
        return new ProblemException(Status.NOT_FOUND_404, detail);
    }

    Status status() {
        return status;
    }

    Problem problem(String instance) {
        return new Problem(
                "about:blank",
                status.reasonPhrase(),
                status.code(),
                getMessage(),
                instance,
                errno,
                errors);
    }
}
