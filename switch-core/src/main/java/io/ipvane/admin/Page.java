// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.webserver.http.ServerRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of a list: {@code ?limit=} and {@code ?offset=}. A list without a limit is sent whole.
 *
 * @param limit rows at most; 0: all
 * @param offset rows that are left out before the first
 */
record Page(int limit, int offset) {
    static final String LIMIT = "limit";
    static final String OFFSET = "offset";
    static final int MAX_LIMIT = 10_000;

    /**
     * Which part a request asks for.
     *
     * @throws ProblemException 400 where it is none, or a parameter is unknown
     */
    static Page of(ServerRequest request) {
        final Query query = Query.numbers(request, LIMIT, OFFSET);
        final Page page =
                new Page(query.number(LIMIT, 1, MAX_LIMIT), query.number(OFFSET, 0, 1 << 30));
        if (page.limit() == 0 && page.offset() > 0) {
            throw ProblemException.badRequest("offset needs a limit; add limit=" + MAX_LIMIT);
        }
        return page;
    }

    boolean isWhole() {
        return limit == 0;
    }

    /** The rows of this part, and one more where there are more. */
    List<Object> cut(Rows rows) {
        final List<Object> cut = new ArrayList<>();
        final int[] seen = {0};
        rows.each(
                row -> {
                    if (seen[0]++ >= offset && cut.size() <= limit) {
                        cut.add(row);
                    }
                });
        return cut;
    }

    /** The path of the part behind this one. */
    String next(ServerRequest request) {
        return request.prologue().uriPath().rawPath()
                + "?"
                + LIMIT
                + "="
                + limit
                + "&"
                + OFFSET
                + "="
                + (offset + limit);
    }
}
