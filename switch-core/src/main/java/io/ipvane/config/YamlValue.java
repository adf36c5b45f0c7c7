// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.config.YamlSection.Pointers;
import io.ipvane.option.Table;
import io.ipvane.option.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** The value of a key in the file, or an element of it where it is a list. One thread. */
final class YamlValue implements Value {
    private final YamlSection section;
    private final String key;
    private final int index;
    private final String label;
    private final Node node;

    YamlValue(YamlSection section, String key, Node node) {
        this(section, key, Pointers.WHOLE, key, node);
    }

    private YamlValue(YamlSection section, String key, int index, String label, Node node) {
        this.section = section;
        this.key = key;
        this.index = index;
        this.label = label;
        this.node = node;
    }

    @Override
    public boolean isText() {
        return node instanceof ScalarNode scalar && Tag.STR.equals(scalar.getTag());
    }

    @Override
    public <T> Optional<T> text(Function<String, T> parser) {
        if (!isText()) {
            return refuse("=" + describe(node) + " is no text; put it in quotes");
        }
        try {
            return Optional.of(parser.apply(((ScalarNode) node).getValue()));
        } catch (IllegalArgumentException e) {
            return refuse(" " + e.getMessage());
        }
    }

    @Override
    public Optional<Long> whole(long min, long max) {
        final boolean number = node instanceof ScalarNode scalar && Tag.INT.equals(scalar.getTag());
        if (number) {
            try {
                final long value = Long.parseLong(((ScalarNode) node).getValue());
                if (value >= min && value <= max) {
                    return Optional.of(value);
                }
            } catch (NumberFormatException e) {
                // Beyond 64 bits, so beyond the range as well.
            }
        }
        return refuse(
                "="
                        + describe(node)
                        + (number ? " is out of range" : " is no whole number")
                        + "; choose "
                        + min
                        + " to "
                        + max);
    }

    @Override
    public Optional<Boolean> truth() {
        return node instanceof ScalarNode scalar && Tag.BOOL.equals(scalar.getTag())
                ? Optional.of("true".equals(scalar.getValue().toLowerCase(Locale.ROOT)))
                : refuse("=" + describe(node) + " is neither true nor false; choose one");
    }

    @Override
    public Optional<List<Value>> elements(String each) {
        if (!(node instanceof SequenceNode list)) {
            return refuse("=" + describe(node) + " is no list; write [ ... ]");
        }
        final List<Value> elements = new ArrayList<>(list.getValue().size());
        for (Node element : list.getValue()) {
            elements.add(new YamlValue(section, key, elements.size(), each, element));
        }
        return Optional.of(elements);
    }

    /** In a list, messages call it by its kind and name, or by its number where it has no name. */
    @Override
    public <R> Optional<R> mapping(Table<R> table) {
        final String where =
                index == Pointers.WHOLE
                        ? section.prefix() + key
                        : name().map(name -> table.kind() + " '" + name + "'")
                                .orElseGet(() -> section.prefix() + key + "[" + index + "]");
        return YamlSection.read(where, section.pointer(key, index), node, section.places(), table);
    }

    private Optional<String> name() {
        if (node instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                if (tuple.getKeyNode() instanceof ScalarNode name
                        && "name".equals(name.getValue())
                        && tuple.getValueNode() instanceof ScalarNode value) {
                    return Optional.of(value.getValue());
                }
            }
        }
        return Optional.empty();
    }

    /** Notes what is wrong; the sentence begins with what this value is called. */
    private <T> Optional<T> refuse(String sentence) {
        section.refuse(key, index, label + sentence);
        return Optional.empty();
    }

    /** What stands at a node, for a message that refuses it. */
    static String describe(Node node) {
        return switch (node) {
            case ScalarNode scalar when Tag.NULL.equals(scalar.getTag()) -> "nothing";
            case ScalarNode scalar when Tag.STR.equals(scalar.getTag()) ->
                    "'" + scalar.getValue() + "'";
            case ScalarNode scalar -> scalar.getValue();
            case SequenceNode list -> "a list";
            default -> "a mapping";
        };
    }
}
