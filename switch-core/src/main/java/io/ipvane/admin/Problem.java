// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * A problem document: what went wrong with one request. Source: RFC 9457, sections 3.1 and 3.2.
 *
 * @param type {@code about:blank}: nothing beyond the status code is meant
 * @param title the phrase of the status code
 * @param status HTTP status code
 * @param detail a sentence for the user about this request
 * @param instance path of the request
 * @param errno what the kernel would say; {@code ""}, and left out: nothing
 * @param errors each thing that is wrong with the request; left out where there is none
 */
record Problem(
        String type,
        String title,
        int status,
        String detail,
        String instance,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) String errno,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Fault> errors) {
    static final String MEDIA_TYPE = "application/problem+json";

    /** Copies the list. */
    Problem {
        errors = List.copyOf(errors);
    }

    static Problem of(int status, String title, String detail, String instance) {
        return new Problem("about:blank", title, status, detail, instance, "", List.of());
    }
}
