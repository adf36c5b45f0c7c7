// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 2: what was counted. A {@link io.ipvane.counters.CounterShard} is written by one thread;
 * {@link io.ipvane.counters.Counters} adds the shards up for whoever asks. Knows no port by name
 * and no reason by meaning: rows and columns are numbers.
 */
package io.ipvane.counters;
