// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 8.6: what the switch is: uplinks, host ports, ports, their rules and the state of their
 * interfaces, as immutable records, and {@link io.ipvane.model.ModelBuilder}, which makes the next
 * model of the one before. Knows neither frames nor who claims which address.
 *
 * <p>The conductor owns the model in force. Features above read it; what lcores need of it they are
 * given as a snapshot.
 */
package io.ipvane.model;
