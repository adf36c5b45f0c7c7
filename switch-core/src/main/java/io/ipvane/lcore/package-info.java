// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 9: what runs where. Roles ({@link io.ipvane.lcore.Receiver}, the pipeline, {@link
 * io.ipvane.lcore.Transmitter}) know nothing of threads; {@link io.ipvane.lcore.ThreadTopology}
 * says which lcore runs which, and {@link io.ipvane.lcore.TopologyRunner} builds and starts them.
 * The only package that knows the Disruptor.
 *
 * <p>Owner: each object here belongs to one lcore, named in its Javadoc. Lcores meet at a {@link
 * io.ipvane.lcore.BurstRing}; the control plane is met at the {@link
 * io.ipvane.upcall.ControlMailbox}, the snapshot and the reported epochs.
 */
package io.ipvane.lcore;
