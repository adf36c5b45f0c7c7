// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 1a: what jextract makes of DPDK's headers, by {@code src/main/jextract/generate.sh};
 * committed as generated. Only {@code io.ipvane.dpdk} may use it. The shim must be loaded first:
 * {@link io.ipvane.memory.NativeLibrary#require}.
 */
package io.ipvane.ffi;
