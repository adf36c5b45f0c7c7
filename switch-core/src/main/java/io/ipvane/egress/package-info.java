// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 6.5: what becomes of a frame at the port that it leaves by. {@link
 * io.ipvane.egress.EgressRules} says it, without doing anything; the lcore that transmits carries
 * it out.
 */
package io.ipvane.egress;
