// SPDX-License-Identifier: Apache-2.0
/**
 * JMH benchmarks of the data plane's parts and of the whole, each beside a baseline: C over the
 * same memory, DPDK's own code, or another library. {@link io.ipvane.bench.jmh.Main} runs them case
 * by case, subject and baselines right after each other, and compares.
 *
 * <p>Measures rates, no latency. One fork a measurement, as DPDK starts once a process; threads
 * that are measured are pinned and registered with DPDK by {@link io.ipvane.bench.jmh.Lcore}.
 */
package io.ipvane.bench.jmh;
