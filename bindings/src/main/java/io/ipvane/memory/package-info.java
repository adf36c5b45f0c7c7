// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 0.5: native memory by address, and the loading of the C shim. Knows nothing of frames or
 * devices.
 */
package io.ipvane.memory;
