// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 0: what the kernel takes as a name, for who reads names and for who hands them to it. Not
 * here: what a name means.
 */
package io.ipvane.name;
