// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control.view;

/**
 * The switch as a whole.
 *
 * @param version of ipvane
 * @param dpdk version string of DPDK
 * @param uptimeSeconds since the daemon started
 * @param generation of the configuration that every lcore forwards by
 * @param plan {@code shared}, {@code run-to-completion} or {@code pipeline}
 * @param uplinks how many
 * @param ports how many
 */
public record SwitchView(
        String version,
        String dpdk,
        long uptimeSeconds,
        long generation,
        String plan,
        int uplinks,
        int ports) {}
