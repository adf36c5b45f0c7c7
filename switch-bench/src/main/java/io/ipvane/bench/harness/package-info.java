// SPDX-License-Identifier: Apache-2.0
/**
 * What all benchmarks share: a whole switch over DPDK's own devices without a daemon around it, the
 * same work in C, frames to feed both, and the native library of the benchmarks.
 *
 * <p>May see everything of the switch; nothing may see it.
 */
package io.ipvane.bench.harness;
