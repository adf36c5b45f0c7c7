// SPDX-License-Identifier: Apache-2.0
package io.ipvane.neighbor;

/**
 * A frame that waits for the MAC of its next hop. It belongs to whoever takes it.
 *
 * @param lcore that it came by, and goes on by
 * @param port number of the port to charge if it is lost
 */
public record WaitingFrame(int lcore, int port, long mbuf) {}
