// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

/** Creates a TAP device in the namespace of the process and prints what came of it. */
final class CreateTap {
    private CreateTap() {}

    /** Argument: its name. */
    public static void main(String[] arguments) {
        try (Netns netns = Netns.open(null);
                Tap tap = Tap.create(netns, arguments[0], 0x020000000001L, 1)) {
            System.out.println("created " + tap);
        } catch (LinuxException e) {
            System.out.println(e.getMessage());
        }
    }
}
