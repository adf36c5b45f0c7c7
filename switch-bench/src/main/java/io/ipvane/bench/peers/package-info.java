// SPDX-License-Identifier: Apache-2.0
/**
 * {@code make bench-peers}: ipvane, the same work in C, dpdk-testpmd, OVS-DPDK and the kernel's
 * bridge under the same load, side by side.
 *
 * <p>{@link io.ipvane.bench.peers.Main} runs {@link io.ipvane.bench.peers.Scenario}s one after the
 * other. Within a scenario every start is a process of its own, systems take turns (A B A B), and
 * ratios are taken between neighbours in time, because the machine drifts. Where two CPUs take
 * part, each start stands between two measurements of how far they are from each other ({@link
 * io.ipvane.bench.peers.Placement}), and only starts under equal conditions are compared.
 *
 * <p>One thread, Main's, starts every process: the kernel ends a child when the thread that started
 * it dies. No JMH and no latency of single frames: those have packages of their own.
 */
package io.ipvane.bench.peers;
