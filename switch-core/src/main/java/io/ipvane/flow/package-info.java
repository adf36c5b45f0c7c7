// SPDX-License-Identifier: Apache-2.0
/**
 * Floor 5: rules with wildcards over what is known of a frame, and the classifier that finds the
 * first of thousands that matches. Flow rules of tunnels and filters of connections share it.
 *
 * <p>Cold and immutable: {@link io.ipvane.flow.MatchField} names the fields, {@link
 * io.ipvane.flow.Match} is what one rule asks of them. {@link io.ipvane.flow.Classifier.Builder}
 * compiles an ordered list to tables off the heap.
 *
 * <p>Hot: {@link io.ipvane.flow.KeyReader} gathers the fields of a frame into a {@link
 * io.ipvane.flow.FlowKey}, {@link io.ipvane.flow.FlowCache} knows the answer for flows that were
 * seen before, {@link io.ipvane.flow.Classifier} finds it for others.
 *
 * <p>Not here: what is done with a frame (the stage in {@code pipeline}), names of ports and
 * tunnels (whoever compiles resolves them), and the text of a configuration file.
 *
 * <p>Sources: V. Srinivasan, S. Suri, G. Varghese, "Packet Classification using Tuple Space Search"
 * (1999), and the order of tuples by their best rule, as Open vSwitch's classifier has it; the
 * words of flower, tc-flower(8).
 */
package io.ipvane.flow;
