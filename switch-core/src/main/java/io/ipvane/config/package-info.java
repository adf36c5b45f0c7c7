// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 8.5: the configuration file. YAML 1.2 read into immutable records, checked as far as a file
 * can be checked without touching the machine. {@link io.ipvane.config.SwitchConfig} is the whole;
 * {@link io.ipvane.config.SwitchConfigReader} makes it, {@link io.ipvane.config.ConsistencyCheck}
 * judges what holds between its parts, and {@link io.ipvane.config.ConfigException} carries every
 * problem found, each with file, line and column. The options of each record, with their defaults
 * and ranges, are in the record's table; package {@code io.ipvane.option} says how to add one.
 *
 * <p>It opens no device, resolves no name and starts nothing. The records belong to no thread; the
 * reader is used by one thread at start or on command, never per frame.
 *
 * <p>Sources: YAML 1.2; rules ADR-1 to ADR-12, CFG-4 and CFG-9 of the specification.
 */
package io.ipvane.config;
