// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control.view;

/**
 * One uplink.
 *
 * @param name its id
 * @param device as in the configuration, for example {@code af_packet:eth0}
 * @param vlan VLAN identifier of its frames, 0: they have no tag
 * @param mode {@code l2}, {@code l3} or {@code l3s}
 * @param flag {@code bridge}, {@code private} or {@code vepa}
 * @param compat {@code improved} or {@code kernel}
 * @param mac as {@code 02:00:00:00:00:01}
 * @param mtu bytes of an L3 packet
 * @param link whether the device could carry frames now
 * @param state {@code up}, {@code down}, or {@code waiting} while its device is not there
 * @param reason one sentence that says why it is not up, or what else of it is missing; {@code ""}
 *     where all is well
 * @param hostInterface interface of the host port; {@code ""} without one
 * @param ports how many it has
 */
public record UplinkView(
        String name,
        String device,
        int vlan,
        String mode,
        String flag,
        String compat,
        String mac,
        int mtu,
        boolean link,
        String state,
        String reason,
        String hostInterface,
        int ports) {}
