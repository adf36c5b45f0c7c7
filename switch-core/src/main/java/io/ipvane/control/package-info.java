// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 10: the control plane, which reasons so that the data plane only looks up. The {@link
 * io.ipvane.control.Conductor} is the one writer of the {@link io.ipvane.model.SwitchModel}, of the
 * address table and of the neighbours; everybody else sends it a {@link io.ipvane.control.Command}
 * by {@link io.ipvane.control.ControlPlane}. {@link io.ipvane.control.SnapshotCompiler} turns a
 * model into what lcores use.
 *
 * <p>Owner: the conductor's thread, but for {@code ControlPlane}, which any thread may call.
 */
package io.ipvane.control;
