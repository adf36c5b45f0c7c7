// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 8: what gives and takes frames. {@link io.ipvane.device.Device} is the shape; a class
 * beside it for every kind. Knows nothing of ports, modes or tables.
 */
package io.ipvane.device;
