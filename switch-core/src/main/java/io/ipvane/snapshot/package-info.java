// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 6: how a configuration reaches the lcores. A {@link io.ipvane.snapshot.ForwardingSnapshot}
 * is frozen; {@link io.ipvane.snapshot.SnapshotPublisher} hands it over with one release store;
 * {@link io.ipvane.snapshot.Quiescence} says when nobody uses the previous one any more. Written by
 * the conductor, read by lcores.
 */
package io.ipvane.snapshot;
