// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.util.List;
import java.util.function.Predicate;

/** What a namespace has, for who may have missed news of it. */
interface InterfaceLists extends AutoCloseable {
    /** Interfaces that are asked for, of all that there are. */
    List<Link> links(Predicate<Link> which);

    /** All addresses of one interface. */
    List<InterfaceAddress> addresses(Link link);

    @Override
    void close();
}
