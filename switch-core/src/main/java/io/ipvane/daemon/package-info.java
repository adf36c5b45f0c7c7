// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 12: the program. {@link io.ipvane.daemon.SwitchDaemon} starts every part in order and stops
 * them in reverse; {@link io.ipvane.daemon.Devices} opens what the configuration names; {@link
 * io.ipvane.daemon.InterfaceWatch} tells the conductor what happens to interfaces.
 *
 * <p>Owner: the main thread, but for the watcher's callback.
 */
package io.ipvane.daemon;
