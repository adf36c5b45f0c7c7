// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A document of maps, lists and scalars as the nodes that the readers of the file take, so that a
 * request is read and refused by the very same code. The nodes have no line and no column.
 */
final class DocumentNodes {
    private DocumentNodes() {}

    /**
     * The node of a value.
     *
     * @param value map with text keys, list, text, number, truth value or null
     */
    static Node of(Object value) {
        return switch (value) {
            case null -> scalar(Tag.NULL, "null");
            case Map<?, ?> map -> mapping(map);
            case List<?> list ->
                    new SequenceNode(
                            Tag.SEQ, list.stream().map(DocumentNodes::of).toList(), FlowStyle.FLOW);
            case String text -> scalar(Tag.STR, text);
            case Boolean truth -> scalar(Tag.BOOL, truth.toString());
            case Float number -> scalar(Tag.FLOAT, number.toString());
            case Double number -> scalar(Tag.FLOAT, number.toString());
            case Number number -> scalar(Tag.INT, number.toString());
            default ->
                    throw new IllegalArgumentException(
                            value.getClass() + " is nothing that a document is made of");
        };
    }

    private static Node mapping(Map<?, ?> map) {
        final List<NodeTuple> tuples =
                map.entrySet().stream()
                        .map(
                                entry ->
                                        new NodeTuple(
                                                scalar(Tag.STR, (String) entry.getKey()),
                                                of(entry.getValue())))
                        .toList();
        return new MappingNode(Tag.MAP, tuples, FlowStyle.FLOW);
    }

    private static Node scalar(Tag tag, String text) {
        return new ScalarNode(tag, text, ScalarStyle.PLAIN);
    }
}
