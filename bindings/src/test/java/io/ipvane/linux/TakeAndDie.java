// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.nio.file.Path;

/** Takes an interface over and ends as a process that is killed does: nothing is restored. */
final class TakeAndDie {
    private TakeAndDie() {}

    /** Arguments: namespace, interface, state directory. */
    public static void main(String[] arguments) {
        final InterfaceTakeover takeover =
                InterfaceTakeover.take(
                        new WatchedInterface(arguments[0], arguments[1]),
                        InterfaceTakeover.Capture.PACKET,
                        Path.of(arguments[2]));
        System.out.println("took " + takeover.addresses().size() + " addresses");
        System.out.flush();
        Runtime.getRuntime().halt(137);
    }
}
