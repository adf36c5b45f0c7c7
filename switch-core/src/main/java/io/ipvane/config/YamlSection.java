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
import java.util.OptionalLong;
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
    private final Pointers pointers;
    private final Optional<Mark> start;
    private final Problems problems;
    private final Map<String, Node> values = new LinkedHashMap<>();

    /** Where in a document the value of a key is, or one element of its list. */
    @FunctionalInterface
    interface Pointers {
        /** An index that stands for the whole value. */
        int WHOLE = -1;

        /**
         * JSON Pointer, or {@code ""} where the document does not have it.
         *
         * @param key {@code ""}: the mapping itself
         * @param index into a list, or {@link #WHOLE}
         */
        String of(String key, int index);
    }

    private YamlSection(String where, Pointers pointers, Optional<Mark> start, Problems problems) {
        this.where = where;
        this.pointers = pointers;
        this.start = start;
        this.problems = problems;
    }

    /**
     * Opens the mapping that is the whole document.
     *
     * @param where what messages call it, such as {@code port 'web'}; empty for the whole file
     * @param known keys that it may have
     */
    static YamlSection open(String where, Node node, Problems problems, List<String> known) {
        return open(where, "", node, problems, known);
    }

    private static YamlSection open(
            String where, String pointer, Node node, Problems problems, List<String> known) {
        final YamlSection section =
                new YamlSection(
                        where,
                        (key, index) -> pointer(pointer, key, index),
                        node.getStartMark(),
                        problems);
        section.read(node, known);
        return section;
    }

    /**
     * Stands for a mapping that is not in the text at hand: it has no keys and no place, but may be
     * refused as any other.
     */
    static YamlSection elsewhere(String where, Pointers pointers, Problems problems) {
        return new YamlSection(where, pointers, Optional.empty(), problems);
    }

    private static String pointer(String base, String key, int index) {
        if (key.isEmpty()) {
            return base;
        }
        final String value = base + "/" + JsonPointer.escape(key);
        return index == Pointers.WHOLE ? value : value + "/" + index;
    }

    private void read(Node node, List<String> known) {
        if (node instanceof MappingNode mapping) {
            mapping.getValue().forEach(tuple -> take(tuple, known));
        } else {
            add(
                    start,
                    "",
                    describe(node)
                            + " is no mapping; write keys and values: "
                            + String.join(", ", known));
        }
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
            add(place, key, "unknown key '" + key + "'; " + remedy);
        } else if (values.putIfAbsent(key, tuple.getValueNode()) != null) {
            add(place, key, "key '" + key + "' appears twice; remove one");
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
        refuse(Errno.EINVAL, key, sentence);
    }

    /** As {@link #refuse(String, String)}, where the kernel has another error for it. */
    void refuse(Errno errno, String key, String sentence) {
        problems.add(place(key), pointers.of(key, Pointers.WHOLE), errno, prefix() + sentence);
    }

    /** As {@link #refuse(String, String)}, at one element of a list. */
    void refuse(String key, int index, String sentence) {
        refuse(Errno.EINVAL, key, index, sentence);
    }

    /** As {@link #refuse(Errno, String, String)}, at one element of a list. */
    void refuse(Errno errno, String key, int index, String sentence) {
        problems.add(
                values.get(key) instanceof SequenceNode list && index < list.getValue().size()
                        ? list.getValue().get(index).getStartMark()
                        : place(key),
                pointers.of(key, index),
                errno,
                prefix() + sentence);
    }

    private void add(Optional<Mark> place, String key, String sentence) {
        problems.add(place, pointers.of(key, Pointers.WHOLE), Errno.EINVAL, prefix() + sentence);
    }

    /** Notes that a key is missing, where it is. */
    <T> Optional<T> required(String key, Optional<T> value) {
        if (!has(key)) {
            add(start, "", key + " is missing; it has no default");
        }
        return value;
    }

    /** Text made into something by a parser that throws with a message of its own. */
    <T> Optional<T> value(String key, Function<String, T> parser) {
        return Optional.ofNullable(values.get(key))
                .flatMap(node -> parsed(key, node, pointers.of(key, Pointers.WHOLE), parser));
    }

    /** A list of such texts. */
    <T> List<T> values(String key, String element, Function<String, T> parser) {
        final List<T> values = new ArrayList<>();
        final List<Node> nodes = elements(key);
        for (int i = 0; i < nodes.size(); i++) {
            parsed(element, nodes.get(i), pointers.of(key, i), parser).ifPresent(values::add);
        }
        return values;
    }

    Optional<String> text(String key) {
        return value(key, text -> text);
    }

    OptionalInt integer(String key, int min, int max) {
        final OptionalLong value = number(key, min, max);
        return value.isPresent() ? OptionalInt.of((int) value.getAsLong()) : OptionalInt.empty();
    }

    /** A whole number whose range is beyond that of {@link #integer}. */
    OptionalLong number(String key, long min, long max) {
        return has(key)
                ? whole(key, values.get(key), pointers.of(key, Pointers.WHOLE), min, max)
                : OptionalLong.empty();
    }

    List<Integer> integers(String key, String element, int min, int max) {
        final List<Integer> values = new ArrayList<>();
        final List<Node> nodes = elements(key);
        for (int i = 0; i < nodes.size(); i++) {
            whole(element, nodes.get(i), pointers.of(key, i), min, max)
                    .ifPresent(value -> values.add((int) value));
        }
        return values;
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
                .map(
                        node ->
                                open(
                                        prefix() + key,
                                        pointers.of(key, Pointers.WHOLE),
                                        node,
                                        problems,
                                        known));
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
            sections.add(open(name, pointers.of(key, sections.size()), node, problems, known));
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

    private <T> Optional<T> parsed(
            String label, Node node, String pointer, Function<String, T> parser) {
        if (!(node instanceof ScalarNode scalar) || !Tag.STR.equals(scalar.getTag())) {
            problems.add(
                    node.getStartMark(),
                    pointer,
                    Errno.EINVAL,
                    prefix() + label + "=" + describe(node) + " is no text; put it in quotes");
            return Optional.empty();
        }
        try {
            return Optional.of(parser.apply(scalar.getValue()));
        } catch (IllegalArgumentException e) {
            problems.add(
                    node.getStartMark(),
                    pointer,
                    Errno.EINVAL,
                    prefix() + label + " " + e.getMessage());
            return Optional.empty();
        }
    }

    private OptionalLong whole(String label, Node node, String pointer, long min, long max) {
        final boolean number = node instanceof ScalarNode scalar && Tag.INT.equals(scalar.getTag());
        String clause = " is no whole number";
        if (number) {
            final String text = ((ScalarNode) node).getValue();
            try {
                final long value = Long.parseLong(text);
                if (value >= min && value <= max) {
                    return OptionalLong.of(value);
                }
            } catch (NumberFormatException e) {
                // Beyond 64 bits, so beyond the range as well.
            }
            clause = " is out of range";
        }
        problems.add(
                node.getStartMark(),
                pointer,
                Errno.EINVAL,
                prefix()
                        + label
                        + "="
                        + describe(node)
                        + clause
                        + "; choose "
                        + min
                        + " to "
                        + max);
        return OptionalLong.empty();
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
