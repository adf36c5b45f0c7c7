// SPDX-License-Identifier: Apache-2.0
/**
 * Latency of a frame through the switch and through testpmd, in the same run: one frame in flight,
 * and fixed rates that do not wait for anybody (no coordinated omission), with the JVM's pauses on
 * the same time axis.
 *
 * <p>Three processes: {@link io.ipvane.bench.latency.Main} starts a switch under test ({@link
 * io.ipvane.bench.latency.SwitchProcess} or dpdk-testpmd) on CPU 1 and then {@link
 * io.ipvane.bench.latency.Generator} on CPU 0; two memif links join them. The measuring loop is C
 * ({@code native/bench/latency.c}): a thread in native code is stopped by no safepoint.
 *
 * <p>Not here: throughput, and the figures of other switches.
 */
package io.ipvane.bench.latency;
