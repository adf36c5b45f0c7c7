// SPDX-License-Identifier: Apache-2.0
package io.ipvane.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ipvane.packet.IpAddress;
import io.ipvane.testing.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Asks the ipvlan of the guest's kernel. Formats of both files are told in {@code
 * src/test/vm/oracle/inside}.
 */
final class KernelSide {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path VM = Path.of("src/test/vm");

    /** Where the files of a run are: cases, answers, differences. */
    static final Path FOLDER = Path.of("target/vm/oracle");

    private static final Duration LIMIT = Duration.ofMinutes(20);

    /** What a packet socket says of a frame that ipvlan dropped, or that had no route. */
    private static final Set<Integer> REFUSALS = Set.of(105, 101);

    private final Map<String, Answer> answers = new HashMap<>();
    private final Map<OracleCase.Network, Set<IpAddress>> asked = new HashMap<>();
    private String kernel;

    private KernelSide() {}

    /** Runs a guest for all cases; those of one network must follow one another. */
    static KernelSide ask(List<OracleCase> cases) throws IOException {
        Files.createDirectories(FOLDER);
        final Path file = FOLDER.resolve("cases.jsonl").toAbsolutePath();
        Files.write(file, cases.stream().map(KernelSide::line).toList());
        final Command.Result result =
                Command.run(
                        LIMIT.plusMinutes(1),
                        List.of(
                                VM.resolve("guest").toString(),
                                "-m",
                                "768",
                                "-t",
                                String.valueOf(LIMIT.toSeconds()),
                                VM.resolve("oracle/inside").toString(),
                                file.toString()));
        Files.writeString(FOLDER.resolve("answers.jsonl"), result.output());
        result.orFail();
        final KernelSide side = new KernelSide();
        side.read(cases, result.output().lines().filter(line -> line.startsWith("{")).toList());
        return side;
    }

    private static String line(OracleCase oracleCase) {
        final ObjectNode line = JSON.createObjectNode();
        line.put("id", oracleCase.id());
        line.put("mode", oracleCase.network().mode());
        line.put("flag", oracleCase.network().flag());
        line.put("gateway", oracleCase.network().gateway());
        line.put("from", oracleCase.from());
        line.put("marker", oracleCase.marker());
        line.put("frame", HexFormat.of().formatHex(oracleCase.frame()));
        return line.toString();
    }

    private void read(List<OracleCase> cases, List<String> lines) throws IOException {
        final Map<String, OracleCase> byId = new HashMap<>();
        cases.forEach(oracleCase -> byId.put(oracleCase.id(), oracleCase));
        OracleCase last = null;
        for (String text : lines) {
            final JsonNode line = JSON.readTree(text);
            if (line.has("id")) {
                last = byId.get(line.get("id").asText());
                answers.put(last.id(), answer(last, line));
            } else if (line.has("asked")) {
                final Set<IpAddress> all = new HashSet<>();
                line.get("asked").forEach(address -> all.add(IpAddress.parse(address.asText())));
                asked.put(last.network(), all);
            } else {
                kernel = line.get("kernel").asText();
            }
        }
        if (kernel == null || answers.size() != cases.size()) {
            throw new AssertionError(
                    "the guest answered " + answers.size() + " of " + cases.size() + " cases");
        }
    }

    private static Answer answer(OracleCase oracleCase, JsonNode line) {
        final int error = line.get("error").asInt();
        if (error != 0 && !REFUSALS.contains(error)) {
            throw new AssertionError(oracleCase + " cannot be sent: errno " + error);
        }
        final Map<String, List<Sighting>> seen = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> e : line.get("seen").properties()) {
            final List<Sighting> list = new ArrayList<>();
            for (JsonNode pair : e.getValue()) {
                list.add(
                        Sighting.read(
                                pair.get(0).asText(), pair.get(1).asText(), oracleCase.frame()));
            }
            seen.put(e.getKey(), list);
        }
        // The counter has what c1's stack sends of its own accord as well; only the frame's own
        // drop
        // is told to its sender.
        final boolean another = oracleCase.from().equals("c1") && error == 0;
        return new Answer(seen, another ? 0 : line.get("dropped").asLong());
    }

    /** What came of a case. */
    Answer answer(OracleCase oracleCase) {
        return answers.get(oracleCase.id());
    }

    /** Addresses that the host asked for on the wire while it had the cases of a network. */
    Set<IpAddress> asked(OracleCase.Network network) {
        return asked.get(network);
    }

    /** Release of the kernel. */
    String kernel() {
        return kernel;
    }
}
