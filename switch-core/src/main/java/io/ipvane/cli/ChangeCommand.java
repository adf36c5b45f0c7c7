// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ipvane.config.ConfigDocument;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * A verb that changes one thing. Silent when it is done, as ip(8) is; with {@code -j} it prints
 * what came of it, with {@code --dry-run} what would.
 */
abstract class ChangeCommand implements Callable<Integer> {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Spec private CommandSpec spec;

    @Option(
            names = "--if-match",
            paramLabel = "TAG",
            description = "Only if what is changed has this entity tag still; else exit code 4.")
    private String tag;

    @Parameters(arity = "0..*", paramLabel = "WORD", hidden = true)
    private List<String> words = new ArrayList<>();

    /** The words that help has to explain. */
    List<Keyword> keywords() {
        return List.of();
    }

    /** The request that the words ask for. */
    abstract Change change(Words words, AdminClient client);

    /**
     * A request that changes something.
     *
     * @param method PUT makes, PATCH changes, DELETE deletes
     * @param path of the element
     * @param query parameters, each {@code name=value}
     * @param body of PUT and PATCH; missing: none
     * @param onlyNew whether it is refused where the element is there
     */
    record Change(String method, String path, List<String> query, JsonNode body, boolean onlyNew) {
        /** Makes an element; refused where it is there. */
        static Change add(String path, JsonNode body) {
            return new Change("PUT", path, List.of(), body, true);
        }

        /** Makes an element, or another one of what is there. */
        static Change replace(String path, JsonNode body) {
            return new Change("PUT", path, List.of(), body, false);
        }

        /** Changes what the body names. */
        static Change set(String path, JsonNode body) {
            return new Change("PATCH", path, List.of(), body, false);
        }

        /** Deletes an element. */
        static Change delete(String path, String... query) {
            return new Change(
                    "DELETE", path, List.of(query), JsonNodeFactory.instance.missingNode(), false);
        }
    }

    @Override
    public Integer call() {
        final IpvaneCommand root = IpvaneCommand.of(spec);
        final AdminClient client = root.client();
        final Change change = change(new Words(spec.commandLine(), words), client);
        print(root, client.send(request(change, root.isDryRun())).body());
        return ExitCode.DONE;
    }

    private HttpExchange.Request request(Change change, boolean dryRun) {
        final Map<String, String> headers = new LinkedHashMap<>();
        if (change.onlyNew()) {
            headers.put("If-None-Match", "*");
        }
        if (tag != null) {
            headers.put("If-Match", EntityTags.quoted(tag));
        }
        final List<String> query = new ArrayList<>(change.query());
        if (change.body() instanceof ObjectNode body && body.remove(Words.WAIT.key()) != null) {
            query.add("wait=true");
        }
        if (dryRun) {
            query.add("dryRun=true");
        }
        if (!change.body().isMissingNode()) {
            headers.put(
                    "Content-Type",
                    change.method().equals("PATCH")
                            ? "application/merge-patch+json"
                            : "application/json");
        }
        return new HttpExchange.Request(
                change.method(),
                change.path() + (query.isEmpty() ? "" : "?" + String.join("&", query)),
                headers,
                change.body().isMissingNode() ? "" : change.body().toString());
    }

    private void print(IpvaneCommand root, JsonNode answer) {
        final PrintWriter out = spec.commandLine().getOut();
        if (root.output() != Output.TABLE) {
            final ArrayNode rows = JsonNodeFactory.instance.arrayNode();
            if (!answer.isMissingNode()) {
                rows.add(answer);
            }
            out.print(root.output().format(rows, List.of()));
        } else if (root.isDryRun() && answer.has("config")) {
            out.print(ConfigDocument.yaml(plain(answer.get("config"))));
        }
        out.flush();
    }

    /** A JSON tree as maps, lists and scalars, keys in their order. */
    static Map<String, Object> plain(JsonNode tree) {
        return MAPPER.convertValue(tree, new TypeReference<LinkedHashMap<String, Object>>() {});
    }
}
