// SPDX-License-Identifier: Apache-2.0
/**
 * The real daemon between real kernels: network namespaces on both sides of it, and the programs
 * that people use. Nothing here looks inside; what is asked is what a user would see. Needs root.
 */
package io.ipvane.e2e;
