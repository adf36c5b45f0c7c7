// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.util.List;

/** Everything that a namespace has, for who may have missed news of it. */
interface InterfaceLists extends AutoCloseable {
    /** All interfaces. */
    List<Link> links();

    /** All addresses of all interfaces. */
    List<InterfaceAddress> addresses();

    @Override
    void close();
}
