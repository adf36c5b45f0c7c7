// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 5: who on the wire has an IP address, by ARP and ND. Lcores read the {@link
 * io.ipvane.neighbor.NeighborTable}, answer questions by the {@link io.ipvane.neighbor.Responder}
 * and notice answers by the {@link io.ipvane.neighbor.Learner}; the conductor resolves, confirms
 * and forgets in the {@link io.ipvane.neighbor.NeighborResolver}, the table's only writer. They
 * meet by messages that the caller carries: a frame that waits, an answer that was heard.
 *
 * <p>Not here: routes (they name the next hop), addresses of ports (tables), router discovery,
 * redirects, duplicate address detection on our own behalf.
 *
 * <p>Sources: RFC 826 (ARP), RFC 5227 (probes and announcements), RFC 4861 (ND), RFC 2464 (IPv6
 * over Ethernet); rules RX-14, RX-15, TX-33, TX-34 and COR-18 of the behaviour specification.
 */
package io.ipvane.neighbor;
