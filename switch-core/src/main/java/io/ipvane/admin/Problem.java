// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

/**
 * A problem document: what went wrong with one request. Source: RFC 9457, section 3.1.
 *
 * @param type {@code about:blank}: nothing beyond the status code is meant
 * @param title the phrase of the status code
 * @param status HTTP status code
 * @param detail a sentence for the user about this request
 * @param instance path of the request
 */
record Problem(String type, String title, int status, String detail, String instance) {
    static final String MEDIA_TYPE = "application/problem+json";

    static Problem of(int status, String title, String detail, String instance) {
        return new Problem("about:blank", title, status, detail, instance);
    }
}
