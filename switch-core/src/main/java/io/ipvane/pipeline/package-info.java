// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 7: the fixed order of stages. {@link io.ipvane.pipeline.Parser} fills the columns, {@link
 * io.ipvane.pipeline.LookupStage} asks the address table, {@link io.ipvane.pipeline.DecideStage}
 * turns facts into verdicts, {@link io.ipvane.pipeline.RouteStage} finds the way of what is routed,
 * {@link io.ipvane.pipeline.RewriteStage} makes the frame fit for where it goes, {@link
 * io.ipvane.pipeline.RespondStage} answers questions. What carries the verdict out belongs to the
 * lcore, which owns the queues.
 *
 * <p>Owner: the lcore that runs the role. Introduces the features of floor 5 to each other; they do
 * not know one another.
 */
package io.ipvane.pipeline;
