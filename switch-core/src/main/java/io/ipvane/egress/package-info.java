// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 6.5: verdicts are carried out here and nowhere else. {@link io.ipvane.egress.EgressRules}
 * says what becomes of a frame at the port that it leaves by, {@link io.ipvane.egress.Egress} does
 * it. Whose tx queues are behind the lanes is not known here.
 *
 * <p>Owner: the lcore that transmits.
 */
package io.ipvane.egress;
