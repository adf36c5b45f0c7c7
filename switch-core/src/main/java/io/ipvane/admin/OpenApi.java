// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ipvane.config.SwitchConfig;
import io.ipvane.option.Form;
import io.ipvane.option.Key;
import io.ipvane.option.Table;
import io.ipvane.option.Trait;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The description of the admin interface for others, OpenAPI 3.1: paths and answers as {@code
 * openapi.json} has them, and a schema for each table of the configuration. Made when it is asked
 * for, since a start would wait for it. Any thread.
 */
final class OpenApi {
    private static final String SCHEMAS = "#/components/schemas/";

    private final ObjectMapper mapper = new ObjectMapper();
    private final ObjectNode document;

    private OpenApi() {
        try (InputStream in = OpenApi.class.getResourceAsStream("openapi.json")) {
            document = (ObjectNode) mapper.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        add("Config", SwitchConfig.TABLE);
    }

    /** The document, as it is sent. */
    static byte[] bytes() {
        final OpenApi description = new OpenApi();
        try {
            return description.mapper.writeValueAsBytes(description.document);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void add(String name, Table<?> table) {
        final ObjectNode schemas = document.withObject(SCHEMAS.substring(1, SCHEMAS.length() - 1));
        schemas.set(name, mapper.valueToTree(schema(table)));
    }

    private Map<String, Object> schema(Table<?> table) {
        final Map<String, Object> properties = new LinkedHashMap<>();
        table.keys().forEach(key -> properties.put(key.name(), schema(key)));
        final List<String> required =
                table.keys().stream().filter(OpenApi::isRequired).map(Key::name).toList();
        final Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("type", "object");
        schema.put("description", table.help());
        if (!required.isEmpty()) {
            schema.put("required", required);
        }
        schema.put("properties", properties);
        schema.put("additionalProperties", false);
        return schema;
    }

    /** What tells an element from others is in the path of its own. */
    private static boolean isRequired(Key<?> key) {
        return key.isRequired() && !key.is(Trait.ID) && key.conditions().isEmpty();
    }

    private Map<String, Object> schema(Key<?> key) {
        final Map<String, Object> schema = schema(key.form());
        final StringBuilder sentence = new StringBuilder();
        key.conditions().forEach(condition -> sentence.append(condition.owners()).append(": "));
        sentence.append(key.plainHelp());
        if (key.is(Trait.KEPT)) {
            sentence.append("; a PUT that leaves it out keeps what there was");
        }
        schema.put("description", sentence.toString());
        key.fixedDefault().ifPresent(value -> schema.put("default", value));
        return schema;
    }

    private Map<String, Object> schema(Form<?> form) {
        final Map<String, Object> schema = new LinkedHashMap<>();
        switch (form) {
            case Form.Text<?> text -> {
                schema.put("type", "string");
                if (!text.pattern().isEmpty()) {
                    schema.put("pattern", text.pattern());
                }
            }
            case Form.Choice<?> choice -> {
                schema.put("type", "string");
                schema.put("enum", choice.words());
            }
            case Form.Whole<?> whole -> {
                schema.put("type", "integer");
                schema.put("minimum", whole.min());
                schema.put("maximum", whole.max());
            }
            case Form.Truth truth -> schema.put("type", "boolean");
            case Form.ListOf<?> list -> {
                schema.put("type", "array");
                schema.put("items", element(list.element()));
            }
            case Form.Mapping<?> mapping -> schema.putAll(schema(mapping.table()));
            case Form.Either<?> either ->
                    schema.put(
                            "oneOf",
                            List.of(
                                    Map.of("type", "string", "enum", words(either)),
                                    schema(either.other())));
            case Form.As<?, ?> as -> schema.putAll(schema(as.form()));
        }
        return schema;
    }

    private static List<String> words(Form.Either<?> either) {
        return List.copyOf(either.words().keySet());
    }

    /** Elements with keys have a schema of their own, by the name of their kind. */
    private Map<String, Object> element(Form<?> form) {
        if (!(form instanceof Form.Mapping<?> mapping)) {
            return schema(form);
        }
        final String kind = mapping.table().kind();
        final String name = kind.substring(0, 1).toUpperCase(Locale.ROOT) + kind.substring(1);
        add(name, mapping.table());
        return Map.of("$ref", SCHEMAS + name);
    }
}
