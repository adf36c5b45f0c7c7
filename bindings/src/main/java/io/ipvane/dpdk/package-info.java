// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 1b: DPDK as Java objects. {@link io.ipvane.dpdk.Eal} once a process, then {@link
 * io.ipvane.dpdk.Mempool}, {@link io.ipvane.dpdk.EthDevice}, and {@link io.ipvane.dpdk.LcoreThread}
 * for every thread that polls. Not a general binding: only what the switch uses, and no policy.
 *
 * <p>Opening, configuring and closing belong to the control plane and throw {@link
 * io.ipvane.dpdk.DpdkException}; bursts and frames belong to the polling threads and never throw,
 * block or allocate. Source: DPDK 22.11 programmer's guide and API reference.
 */
package io.ipvane.dpdk;
