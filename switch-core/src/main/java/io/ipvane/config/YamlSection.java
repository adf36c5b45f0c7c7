// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.option.Section;
import io.ipvane.option.Table;
import io.ipvane.option.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * One mapping of the file: which keys it has, and where. What is unknown or there twice goes to
 * {@link Problems} with its place; reading goes on, so that one run reports everything. One thread.
 */
final class YamlSection implements Section {
    private final String where;
    private final Pointers pointers;
    private final Optional<Mark> start;
    private final Places places;
    private final int problemsBefore;
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

    private YamlSection(String where, Pointers pointers, Optional<Mark> start, Places places) {
        this.where = where;
        this.pointers = pointers;
        this.start = start;
        this.places = places;
        problemsBefore = places.problems().count();
    }

    /**
     * Reads a mapping that is a whole document.
     *
     * @param where what messages call it, such as {@code port 'web'}; empty for the whole file
     * @return the record; empty where anything in the mapping is wrong
     */
    static <R> Optional<R> read(String where, Node node, Places places, Table<R> table) {
        return read(where, "", node, places, table);
    }

    /** Reads a mapping that is in a document, at {@code pointer}. */
    static <R> Optional<R> read(
            String where, String pointer, Node node, Places places, Table<R> table) {
        final YamlSection section =
                new YamlSection(
                        where,
                        (key, index) -> pointer(pointer, key, index),
                        node.getStartMark(),
                        places);
        section.open(node, table.names());
        final Optional<R> record = table.read(section);
        record.ifPresent(made -> places.put(made, section));
        return record;
    }

    /**
     * Stands for a mapping that is not in the text at hand: it has no keys and no place, but may be
     * refused as any other.
     */
    static YamlSection elsewhere(String where, Pointers pointers, Places places) {
        return new YamlSection(where, pointers, Optional.empty(), places);
    }

    private static String pointer(String base, String key, int index) {
        if (key.isEmpty()) {
            return base;
        }
        final String value = base + "/" + JsonPointer.escape(key);
        return index == Pointers.WHOLE ? value : value + "/" + index;
    }

    private void open(Node node, List<String> known) {
        if (node instanceof MappingNode mapping) {
            mapping.getValue().forEach(tuple -> take(tuple, known));
        } else {
            add(
                    start,
                    "",
                    YamlValue.describe(node)
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

    /** What messages about it begin with. */
    String prefix() {
        return where.isEmpty() ? "" : where + ": ";
    }

    Places places() {
        return places;
    }

    /** JSON Pointer to a value or an element of it. */
    String pointer(String key, int index) {
        return pointers.of(key, index);
    }

    @Override
    public Optional<Value> value(String key) {
        return Optional.ofNullable(values.get(key)).map(node -> new YamlValue(this, key, node));
    }

    @Override
    public void missing(String key, String remedy) {
        add(start, "", key + " is missing; " + remedy);
    }

    @Override
    public void refuse(String key, String sentence) {
        refuse(Errno.EINVAL, key, sentence);
    }

    @Override
    public boolean isSound() {
        return places.problems().count() == problemsBefore;
    }

    /** As {@link #refuse(String, String)}, where the kernel has another error for it. */
    void refuse(Errno errno, String key, String sentence) {
        refuse(errno, key, Pointers.WHOLE, sentence);
    }

    /** As {@link #refuse(String, String)}, at one element of a list. */
    void refuse(String key, int index, String sentence) {
        refuse(Errno.EINVAL, key, index, sentence);
    }

    /** As {@link #refuse(Errno, String, String)}, at one element of a list. */
    void refuse(Errno errno, String key, int index, String sentence) {
        places.problems()
                .add(place(key, index), pointers.of(key, index), errno, prefix() + sentence);
    }

    private Optional<Mark> place(String key, int index) {
        final Node node = values.get(key);
        if (node == null) {
            return start;
        }
        return index >= 0 && node instanceof SequenceNode list && index < list.getValue().size()
                ? list.getValue().get(index).getStartMark()
                : node.getStartMark();
    }

    private void add(Optional<Mark> place, String key, String sentence) {
        places.problems()
                .add(place, pointers.of(key, Pointers.WHOLE), Errno.EINVAL, prefix() + sentence);
    }
}
