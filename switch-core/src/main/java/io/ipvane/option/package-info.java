// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 2: options of the configuration, each said once. A {@link io.ipvane.option.Key} is one
 * option: name, {@link io.ipvane.option.Form} of its value with range, parser and printer, default,
 * and a clause of help. A {@link io.ipvane.option.Table} holds the keys of one record, each with
 * the place where a record has its value. Made of the tables are
 *
 * <ul>
 *   <li>the reader of file and requests, with every refusal and "did you mean" ({@code config});
 *   <li>the writer: {@code config show}, {@code config save}, the documents of the admin interface;
 *   <li>the words of the command line and the list of them in {@code --help} ({@code cli});
 *   <li>the schemas in {@code /v1/openapi.json} ({@code admin});
 *   <li>the tables of {@code docs/configuration.md}: {@code OptionTablesTest} fails where they
 *       differ, and writes them anew with {@code -Dipvane.docs.write=true}.
 * </ul>
 *
 * <p><b>To add an option</b>, touch the file of its record and a test:
 *
 * <pre>{@code
 * public record VniConfig(int vni, OptionalInt mtu, Unknown unknown) {
 *     static final Key<Integer> VNI =
 *             Key.of("vni", Form.integer(0, 0xFF_FFFF), "number of the network")
 *                     .required()
 *                     .with(Trait.ID);
 *
 *     private static final Key<Integer> MTU =
 *             Key.of("mtu", Form.integer(68, 65_535), "bytes of an L3 packet")
 *                     .otherwise("the uplink's less what the outer headers take");
 *
 *     private static final Key<Unknown> UNKNOWN =
 *             Key.of("unknown", Form.choice(Unknown.class), "what becomes of unknown unicast")
 *                     .byDefault(Unknown.FLOOD);
 *
 *     public static final Table<VniConfig> TABLE =
 *             Table.<VniConfig>of("vni", "An element of vnis in the configuration.")
 *                     .key(VNI, VniConfig::vni)
 *                     .number(MTU, VniConfig::mtu)
 *                     .key(UNKNOWN, VniConfig::unknown)
 *                     .made(v -> new VniConfig(v.get(VNI), v.number(MTU), v.get(UNKNOWN)));
 * }
 * }</pre>
 *
 * <p><b>To add a record</b>, give it such a table, and the record that holds it a key of the form
 * {@link io.ipvane.option.Form#list(io.ipvane.option.Table)} or {@link
 * io.ipvane.option.Form#mapping}. Keys that several kinds share in one mapping are a table of their
 * own that becomes a {@link io.ipvane.option.Table.Builder#part}; a key for some kinds only says so
 * by {@link io.ipvane.option.Key#onlyWhere}. A default that other keys decide is a function of them
 * ({@link io.ipvane.option.Key#byDefault(String, java.util.function.Function)}), by which the
 * reader fills in and the writer leaves out. What keys of one mapping owe each other is a {@link
 * io.ipvane.option.Table.Builder#check}; what records owe each other is checked in {@code config},
 * when all of them are there.
 *
 * <p>A record is copied with another value by {@link io.ipvane.option.Table#with}, so that nobody
 * but its own file lists its components.
 *
 * <p>Nothing here knows YAML, JSON or any option. Tables are constants, any thread; what reads is
 * used by one thread, at start or on command, never per frame.
 */
package io.ipvane.option;
