// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Reader;
import java.io.UncheckedIOException;

/**
 * Records to JSON, keys in the order of the record, keys of maps sorted; and JSON to maps, lists
 * and scalars, without its usual liberties: a key stands once, nothing follows the value. Any
 * thread.
 */
final class Json {
    /** No resource is deeper than six levels. */
    static final int MAX_DEPTH = 16;

    static final int MAX_NUMBER_LENGTH = 20;

    /**
     * Keys, values and brackets of a document; bodies of the largest size that are made of
     * addresses have some 800,000. Each is an object of a hundred bytes or so while a request is
     * worked on.
     */
    static final int MAX_TOKENS = 1_000_000;

    private static final ObjectMapper TREES = new ObjectMapper();

    private static final ObjectWriter WRITER =
            new ObjectMapper().writer().with(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

    private static final ObjectReader READER =
            new ObjectMapper(
                            JsonFactory.builder()
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    // Keys are the client's choice: none is kept for the next.
                                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(MAX_DEPTH)
                                                    .maxNumberLength(MAX_NUMBER_LENGTH)
                                                    .maxTokenCount(MAX_TOKENS)
                                                    .build())
                                    .build())
                    .readerFor(Object.class)
                    .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Json() {}

    /** UTF-8 bytes of a value that is made of records, lists, maps, texts and numbers. */
    static byte[] bytes(Object value) {
        try {
            return WRITER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a view cannot be written as JSON", e);
        }
    }

    /** Writes a list as it is made, a few kilobytes at a time; the stream stays open. */
    static void write(Rows rows, OutputStream out) throws IOException {
        try (SequenceWriter writer =
                WRITER.without(JsonGenerator.Feature.AUTO_CLOSE_TARGET).writeValuesAsArray(out)) {
            rows.each(
                    row -> {
                        try {
                            writer.write(row);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
        }
    }

    /** A value as a tree, whose keys keep their order also where they come from a map. */
    static JsonNode tree(Object value) {
        return TREES.valueToTree(value);
    }

    /**
     * The one value of a text.
     *
     * @return maps, lists, texts, numbers, truth values, or null
     * @throws JsonProcessingException where it is no JSON, too deep, or a key stands twice
     */
    static Object read(Reader text) throws IOException {
        return READER.readValue(text);
    }
}
