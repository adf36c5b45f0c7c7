// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 8.7: what the switch learns of the addresses of ports by their frames. {@link
 * io.ipvane.learn.LearnUpcall}: a port whose interface nobody can look at, a guest's for instance,
 * says what it has by ARP and ND. {@link io.ipvane.learn.SourceUpcall}: a port whose interface can
 * be looked at sends from an address that the switch has not heard of yet.
 *
 * <p>Not here: who may have which address, which is a matter of claims (control), and the stages
 * that pick these frames out (pipeline). Owner: the conductor. Sources: RFC 826, RFC 4861, RFC
 * 4862; spec ADR-17, TX-6.
 */
package io.ipvane.learn;
