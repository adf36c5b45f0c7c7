// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.webserver.http.ServerRequest;

/** Parameters in the path of a request, decoded. */
final class PathParameters {
    private PathParameters() {}

    /** The value of a parameter that the path of the resource has. */
    static String get(ServerRequest request, String name) {
        return request.path().pathParameters().get(name);
    }
}
