// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 7: the fixed order of passes over a burst. {@link io.ipvane.pipeline.Parser} is the first:
 * it alone compares offsets with lengths, the passes behind it trust what it found.
 *
 * <p>Not here: what a mode or flag means (floor 5) and where frames come from (floor 8). Everything
 * runs on the lcore that owns the burst and allocates nothing.
 */
package io.ipvane.pipeline;
