// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 5: what ipvlan does with a frame. {@link io.ipvane.ipvlan.IpvlanRules} says it once, cold
 * and readable, for every mode and flag; {@link io.ipvane.ipvlan.VerdictTable} is the same as three
 * arrays that an lcore indexes with the {@link io.ipvane.burst.Facts facts} of a frame; {@link
 * io.ipvane.ipvlan.Verdict} numbers the answers.
 *
 * <p>Not here: finding the facts (parse and lookup), acting on a verdict (the pipeline), the
 * addresses of ports (tables). Everything is immutable: any thread may use it.
 *
 * <p>Sources: Linux ipvlan as measured on 6.1, rule ids RX, TX and COR of the behaviour
 * specification; improvements are its rows F.
 */
package io.ipvane.ipvlan;
