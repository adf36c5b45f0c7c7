// SPDX-License-Identifier: Apache-2.0
/**
 * Pictures of what {@code make bench-peers} wrote: {@link io.ipvane.bench.plot.Plots} reads the
 * rows, {@link io.ipvane.bench.plot.Chart} draws them as SVG. Knows nothing of how they were
 * measured.
 */
package io.ipvane.bench.plot;
