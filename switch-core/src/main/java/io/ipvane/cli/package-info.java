// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 11: the program {@code ipvane}. Words like those of ip(8), unique prefixes accepted. {@code
 * run} and {@code config check} work on a file, {@code version} on nothing; every other verb asks
 * or tells a running daemon over its admin socket and prints what it says, as a table or as JSON.
 * It knows nothing of the switch but names of JSON keys and the form of its configuration, and
 * loads no class of the server.
 *
 * <p>One thread: the caller of {@link io.ipvane.cli.IpvaneCommand#execute}.
 *
 * <p>Sources: RFC 9112 (HTTP/1.1) for the client.
 */
package io.ipvane.cli;
