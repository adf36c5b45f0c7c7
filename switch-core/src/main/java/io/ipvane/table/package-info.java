// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 4: read-mostly lookups. {@link io.ipvane.table.AddressTable} says which port owns an L3
 * address and is written in place, entry by entry, under its readers; {@link io.ipvane.table.Fib4},
 * {@link io.ipvane.table.Fib6} and {@link io.ipvane.table.GroupFilter} are built, frozen and
 * replaced as a whole by the next snapshot.
 *
 * <p>Not here: what an index means, who publishes a table, and how a grace period is measured;
 * {@link io.ipvane.table.Grace} is only asked whether one has passed.
 *
 * <p>Writer: the conductor. Readers: any number of lcores; a lookup takes no lock, allocates
 * nothing and throws nothing.
 *
 * <p>Sources: spec RX-6 (group filter); linux {@code ipvlan_ht_addr_lookup()} in {@code
 * drivers/net/ipvlan/ipvlan_core.c} for what the address table stands in for.
 */
package io.ipvane.table;
