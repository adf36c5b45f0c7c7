// SPDX-License-Identifier: Apache-2.0
package io.ipvane.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What ipvlan of Linux 6.1 did with 63 frames in each mode and flag, and the frames. Topology, keys
 * and traps are told in {@code ipvlan/README.md} beside the data.
 */
public final class KernelAnswers {
    private static final String FRAMES = "/ipvlan/frames.jsonl";
    private static final String ANSWERS = "/ipvlan/observed-6.1.jsonl";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Who sent a frame: port c1, or X on the wire. */
    public enum Side {
        /** From port c1. */
        TX,
        /** From X, over the wire. */
        RX
    }

    /**
     * One frame that was sent.
     *
     * @param name of the case: {@code t01 ...} to {@code t30 ...}, {@code r01 ...} to {@code r33
     *     ...}
     * @param hex the frame without FCS
     * @param markerOffset where the 8 bytes stand that tell this frame from all others
     */
    public record Sent(String name, Side side, String hex, int markerOffset) {
        /** The first word of the name: {@code t01}. */
        public String id() {
            return name.substring(0, name.indexOf(' '));
        }

        /** The frame. */
        public byte[] bytes() {
            return HexFormat.of().parseHex(hex);
        }

        /** The 8 bytes by which a receiver knows the frame. */
        public String marker() {
            return new String(bytes(), markerOffset, 8, StandardCharsets.US_ASCII);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /**
     * One frame with the marker as a receiver saw it.
     *
     * @param mark {@code H}, {@code B}, {@code M} or {@code O}
     * @param description source MAC, destination MAC, TTL: {@code sM,dBC,ttl64}
     */
    public record Sighting(char mark, String description) {
        @Override
        public String toString() {
            return mark + ":" + description;
        }
    }

    /**
     * What came of one frame in one mode and flag.
     *
     * @param mode {@code l2}, {@code l3}, {@code l3s}
     * @param flag {@code bridge}, {@code private}, {@code vepa}
     * @param result what the sender was told: {@code ok}, or {@code E105} for dropped
     * @param seen {@code wire}, {@code master}, {@code c1}, {@code c2}, {@code c3} to what they saw
     * @param udp whose socket got the payload: {@code udp@c2}
     * @param counters interface to counter to how much it grew, zeros left out
     */
    public record Answer(
            String mode,
            String flag,
            Sent sent,
            String result,
            Map<String, List<Sighting>> seen,
            List<String> udp,
            Map<String, Map<String, Integer>> counters) {
        /** What a receiver saw; empty if nothing. */
        public List<Sighting> seenBy(String receiver) {
            return seen.getOrDefault(receiver, List.of());
        }

        /** How much a counter of an interface grew. */
        public int counter(String device, String counter) {
            return counters.getOrDefault(device, Map.of()).getOrDefault(counter, 0);
        }

        @Override
        public String toString() {
            return mode + " " + flag + " " + sent;
        }
    }

    private KernelAnswers() {}

    /** All 63 frames, in the order in which they were sent. */
    public static List<Sent> frames() {
        return lines(FRAMES, KernelAnswers::sent);
    }

    /** All 567 answers. */
    public static List<Answer> answers() {
        final Map<String, Sent> byName = new LinkedHashMap<>();
        for (Sent sent : frames()) {
            byName.put(sent.name(), sent);
        }
        return lines(ANSWERS, line -> answer(line, byName));
    }

    /** The frame of a case by its id, for example {@code r24}. */
    public static Sent frame(String id) {
        return frames().stream().filter(sent -> sent.id().equals(id)).findFirst().orElseThrow();
    }

    private static Sent sent(JsonNode line) {
        return new Sent(
                line.get("case").asText(),
                line.get("side").asText().equals("tx") ? Side.TX : Side.RX,
                line.get("hex").asText(),
                line.get("markerOffset").asInt());
    }

    private static Answer answer(JsonNode line, Map<String, Sent> byName) {
        final Map<String, List<Sighting>> seen = new LinkedHashMap<>();
        line.get("seen").properties().forEach(e -> seen.put(e.getKey(), sightings(e.getValue())));
        final List<String> udp = new ArrayList<>();
        line.get("udp").forEach(socket -> udp.add(socket.asText()));
        final Map<String, Map<String, Integer>> counters = new LinkedHashMap<>();
        line.get("cnt").properties().forEach(e -> counters.put(e.getKey(), growth(e.getValue())));
        return new Answer(
                line.get("mode").asText(),
                line.get("flag").asText(),
                byName.get(line.get("case").asText()),
                line.get("ret").asText(),
                seen,
                udp,
                counters);
    }

    private static List<Sighting> sightings(JsonNode list) {
        final List<Sighting> out = new ArrayList<>();
        list.forEach(s -> out.add(new Sighting(s.asText().charAt(0), s.asText().substring(2))));
        return out;
    }

    private static Map<String, Integer> growth(JsonNode counters) {
        final Map<String, Integer> out = new LinkedHashMap<>();
        counters.properties().forEach(e -> out.put(e.getKey(), e.getValue().asInt()));
        return out;
    }

    private static <T> List<T> lines(String resource, Function<JsonNode, T> parse) {
        try (InputStream in = KernelAnswers.class.getResourceAsStream(resource);
                BufferedReader reader =
                        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            final List<T> out = new ArrayList<>();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                out.add(parse.apply(JSON.readTree(line)));
            }
            return out;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
