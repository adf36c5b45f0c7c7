// SPDX-License-Identifier: Apache-2.0
package io.ipvane.device;

/**
 * What a device lost before the switch saw it, since it was opened and as far as the device tells.
 *
 * @param missed frames that nobody took in time
 * @param errors frames that arrived broken
 * @param noMbuf frames that found the frame pool empty; of a TAP, how often that was so: its frames
 *     wait in the kernel, which drops them in the end
 */
public record ReceiveLosses(long missed, long errors, long noMbuf) {
    /** Nothing was lost, or the device does not tell. */
    public static final ReceiveLosses NONE = new ReceiveLosses(0, 0, 0);
}
