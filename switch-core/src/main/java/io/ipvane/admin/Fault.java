// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * One thing that is wrong with a request: an element of {@code errors} in a {@link Problem}.
 *
 * @param detail a sentence for the user
 * @param pointer JSON Pointer into the request, as a URI fragment (RFC 6901, section 6); left out
 *     where the request does not have the place
 * @param errno what the kernel would say
 */
record Fault(
        String detail, @JsonInclude(JsonInclude.Include.NON_EMPTY) String pointer, String errno) {}
