// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 8.7: which multicast groups an endpoint has joined, told by what it says on the link: IGMP
 * versions 1 to 3 and MLD versions 1 and 2. Of endpoints whose interface nobody can look at, a
 * guest's for instance, nothing else is known; where there is one, what the kernel says of it is
 * better, and comes a little later. {@link io.ipvane.group.GroupUpcall} is where both arrive.
 *
 * <p>No querier: it asks once, and nothing regularly. Owner: the conductor. Sources: RFC 1112, RFC
 * 2236, RFC 3376, RFC 2710, RFC 3810, RFC 4541.
 */
package io.ipvane.group;
