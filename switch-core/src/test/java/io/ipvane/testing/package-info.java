// SPDX-License-Identifier: Apache-2.0
/**
 * Fixtures that every module may use in its tests: frames as bytes, memory and a device for them
 * without DPDK, and what the kernel answered to the same frames. Nothing here runs in production.
 *
 * <p>Misuse that would corrupt memory in production (double free, use after free) throws {@link
 * java.lang.AssertionError} here.
 */
package io.ipvane.testing;
