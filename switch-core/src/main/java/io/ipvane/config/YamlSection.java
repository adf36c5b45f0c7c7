// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * One mapping of the file, asked key by key. What is missing, unknown or of the wrong type goes to
 * {@link Problems} with its place, and the caller gets an empty value: reading goes on, so that one
 * run reports everything. One thread.
 */
final class YamlSection {
    private final String where;
    private final Optional<Mark> start;
    private final Problems problems;
    private final Map<String, Node> values = new LinkedHashMap<>();

    private YamlSection(String where, Node node, Problems problems, List<String> known) {
        this.where = where;
        this.start = node.getStartMark();
        this.problems = problems;
        if (node instanceof MappingNode mapping) {
            mapping.getValue().forEach(tuple -> take(tuple, known));
        } else {
            problems.add(
                    start,
                    prefix()
                            + describe(node)
                            + " is no mapping; write keys and values: "
                            + String.join(", ", known));
        }
    }

    /**
     * Opens a mapping.
     *
     * @param where what messages call it, such as {@code port 'web'}; empty for the whole file
     * @param known keys that it may have
     */
    static YamlSection open(String where, Node node, Problems problems, List<String> known) {
        return new YamlSection(where, node, problems, known);
    }

    private void take(NodeTuple tuple, List<String> known) {
        final Optional<Mark> place = tuple.getKeyNode().getStartMark();
        final String key =
                tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "?";
        if (!known.contains(key)) {
            final String remedy =
                    NearestWord.of(key, known)
                            .map(near -> "did you mean '" + near + "'?")
                            .orElse("known here are " + String.join(", ", known));
            problems.add(place, prefix() + "unknown key '" + key + "'; " + remedy);
        } else if (values.putIfAbsent(key, tuple.getValueNode()) != null) {
            problems.add(place, prefix() + "key '" + key + "' appears twice; remove one");
        }
    }

    /** What messages call this mapping. */
    String where() {
        return where;
    }

    boolean has(String key) {
        return values.containsKey(key);
    }

    /**
     * Notes that the value of a key is wrong; {@code sentence} follows the name of this mapping.
     */
    void refuse(String key, String sentence) {
        problems.add(place(key), prefix() + sentence);
    }

    /** As {@link #refuse(String, String)}, at one element of a list. */
    void refuse(String key, int index, String sentence) {
        problems.add(
                values.get(key) instanceof SequenceNode list && index < list.getValue().size()
                        ? list.getValue().get(index).getStartMark()
                        : place(key),
                prefix() + sentence);
    }

    /** Notes that a key is missing, where it is. */
    <T> Optional<T> required(String key, Optional<T> value) {
        if (!has(key)) {
            problems.add(start, prefix() + key + " is missing; it has no default");
        }
        return value;
    }

    /** Text made into something by a parser that throws with a message of its own. */
    <T> Optional<T> value(String key, Function<String, T> parser) {
        return Optional.ofNullable(values.get(key)).flatMap(node -> parsed(key, node, parser));
    }

    /** A list of such texts. */
    <T> List<T> values(String key, String element, Function<String, T> parser) {
        return elements(key).stream()
                .flatMap(node -> parsed(element, node, parser).stream())
                .toList();
    }

    Optional<String> text(String key) {
        return value(key, text -> text);
    }

    OptionalInt integer(String key, int min, int max) {
        return has(key) ? whole(key, values.get(key), min, max) : OptionalInt.empty();
    }

    List<Integer> integers(String key, String element, int min, int max) {
        return elements(key).stream()
                .flatMapToInt(node -> whole(element, node, min, max).stream())
                .boxed()
                .toList();
    }

    Optional<Boolean> bool(String key) {
        final Node node = values.get(key);
        if (node instanceof ScalarNode scalar && Tag.BOOL.equals(scalar.getTag())) {
            return Optional.of("true".equals(scalar.getValue().toLowerCase(Locale.ROOT)));
        }
        if (node != null) {
            refuse(key, key + "=" + describe(node) + " is neither true nor false; choose one");
        }
        return Optional.empty();
    }

    /** The constant whose lower-case name, with dashes, is the text. */
    <E extends Enum<E>> Optional<E> choice(String key, Class<E> type) {
        final Map<String, E> words =
                Arrays.stream(type.getEnumConstants())
                        .collect(
                                Collectors.toMap(
                                        YamlSection::word,
                                        constant -> constant,
                                        (a, b) -> a,
                                        LinkedHashMap::new));
        return value(
                key,
                text -> {
                    if (!words.containsKey(text)) {
                        throw new IllegalArgumentException(
                                "'"
                                        + text
                                        + "' is unknown; choose one of "
                                        + String.join(", ", words.keySet()));
                    }
                    return words.get(text);
                });
    }

    /** The mapping below a key. */
    Optional<YamlSection> section(String key, List<String> known) {
        return Optional.ofNullable(values.get(key))
                .map(node -> open(prefix() + key, node, problems, known));
    }

    /**
     * The mappings in the list below a key; messages call them {@code kind 'name'}, or {@code
     * key[index]} where they have no name.
     */
    List<YamlSection> sections(String key, String kind, List<String> known) {
        final List<YamlSection> sections = new ArrayList<>();
        for (Node node : elements(key)) {
            final String index = prefix() + key + "[" + sections.size() + "]";
            final String name = nameOf(node).map(n -> kind + " '" + n + "'").orElse(index);
            sections.add(open(name, node, problems, known));
        }
        return sections;
    }

    private List<Node> elements(String key) {
        final Node node = values.get(key);
        if (node instanceof SequenceNode list) {
            return list.getValue();
        }
        if (node != null) {
            refuse(key, key + "=" + describe(node) + " is no list; write [ ... ]");
        }
        return List.of();
    }

    private <T> Optional<T> parsed(String label, Node node, Function<String, T> parser) {
        if (!(node instanceof ScalarNode scalar) || !Tag.STR.equals(scalar.getTag())) {
            problems.add(
                    node.getStartMark(),
                    prefix() + label + "=" + describe(node) + " is no text; put it in quotes");
            return Optional.empty();
        }
        try {
            return Optional.of(parser.apply(scalar.getValue()));
        } catch (IllegalArgumentException e) {
            problems.add(node.getStartMark(), prefix() + label + " " + e.getMessage());
            return Optional.empty();
        }
    }

    private OptionalInt whole(String label, Node node, int min, int max) {
        final boolean number = node instanceof ScalarNode scalar && Tag.INT.equals(scalar.getTag());
        String clause = " is no whole number";
        if (number) {
            final String text = ((ScalarNode) node).getValue();
            try {
                final int value = Integer.parseInt(text);
                if (value >= min && value <= max) {
                    return OptionalInt.of(value);
                }
            } catch (NumberFormatException e) {
                // Beyond 32 bits, so beyond the range as well.
            }
            clause = " is out of range";
        }
        problems.add(
                node.getStartMark(),
                prefix()
                        + label
                        + "="
                        + describe(node)
                        + clause
                        + "; choose "
                        + min
                        + " to "
                        + max);
        return OptionalInt.empty();
    }

    private Optional<Mark> place(String key) {
        return has(key) ? values.get(key).getStartMark() : start;
    }

    private String prefix() {
        return where.isEmpty() ? "" : where + ": ";
    }

    private static Optional<String> nameOf(Node node) {
        if (node instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                if (tuple.getKeyNode() instanceof ScalarNode key
                        && "name".equals(key.getValue())
                        && tuple.getValueNode() instanceof ScalarNode name) {
                    return Optional.of(name.getValue());
                }
            }
        }
        return Optional.empty();
    }

    private static <E extends Enum<E>> String word(E constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String describe(Node node) {
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
