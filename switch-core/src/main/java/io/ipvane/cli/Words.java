// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ipvane.cli.Keyword.Kind;
import io.ipvane.config.NearestWord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * The words behind a verb, as with ip(8): keywords with a value each, in any order, shortened to a
 * unique prefix; and words that stand for themselves.
 */
final class Words {
    /** A value that takes a setting back: the default again, or what is inherited. */
    private static final String DEFAULT = "default";

    private static final Map<String, Boolean> SWITCH =
            Map.of("on", true, "true", true, "off", false, "false", false);

    /**
     * Asks to wait for what somebody else has to make first; a query parameter, no key of the
     * document.
     */
    static final Keyword WAIT =
            new Keyword(
                    "wait", "wait", Kind.ITSELF, "", "wait for what is not there yet", Set.of());

    private final CommandLine command;
    private final List<String> words;

    Words(CommandLine command, List<String> words) {
        this.command = command;
        this.words = new ArrayList<>(words);
    }

    /**
     * Takes the first word, which names what the verb works on; the keywords {@code name} and
     * {@code dev} may stand before it.
     */
    String subject(String label) {
        if (words.size() > 1 && List.of("name", "dev").contains(words.get(0))) {
            words.remove(0);
        }
        if (words.isEmpty()) {
            throw usage(label + " is missing");
        }
        return words.remove(0);
    }

    /**
     * Cuts off what begins with a word that may come several times, each with words of its own.
     *
     * @return the words behind each of them, in their order
     */
    List<Words> cut(String word) {
        final List<Words> parts = new ArrayList<>();
        for (int at = words.lastIndexOf(word); at >= 0; at = words.lastIndexOf(word)) {
            final List<String> part = words.subList(at, words.size());
            parts.addFirst(new Words(command, part.subList(1, part.size())));
            part.clear();
        }
        return parts;
    }

    /** Whether these words come first, in which case they are moved behind the others. */
    void postpone(List<String> early) {
        if (words.size() > 1 && early.contains(words.get(0))) {
            words.add(words.remove(0));
        }
    }

    /**
     * Takes all the other words, where one of them may be without its keyword.
     *
     * @param bare the keyword that may be left out before its value, as long as {@code before} has
     *     not come
     */
    ObjectNode settings(List<Keyword> keywords, Keyword bare, String before) {
        final ObjectNode document = JsonNodeFactory.instance.objectNode();
        while (!words.isEmpty()) {
            if (!document.has(bare.key())
                    && !document.has(before)
                    && keywords.stream().noneMatch(k -> k.word().startsWith(words.get(0)))) {
                words.add(0, bare.word());
            }
            set(document, keyword(words.remove(0), keywords), false);
        }
        return document;
    }

    /**
     * Takes all the other words.
     *
     * @param canReset whether {@code default} takes a setting back, as null does in a merge patch
     * @return the document that they make
     */
    ObjectNode settings(List<Keyword> keywords, boolean canReset) {
        final ObjectNode document = JsonNodeFactory.instance.objectNode();
        while (!words.isEmpty()) {
            final Keyword keyword = keyword(words.remove(0), keywords);
            set(document, keyword, canReset);
        }
        return document;
    }

    /** The text under a key. */
    String required(ObjectNode document, String key) {
        if (!document.hasNonNull(key)) {
            throw usage(key + " is missing");
        }
        return document.get(key).asText();
    }

    ParameterException usage(String sentence) {
        return new ParameterException(command, sentence);
    }

    private Keyword keyword(String word, List<Keyword> keywords) {
        final List<Keyword> all =
                keywords.stream().filter(keyword -> keyword.word().startsWith(word)).toList();
        for (Keyword keyword : all) {
            if (keyword.word().equals(word)) {
                return keyword;
            }
        }
        final List<String> known = keywords.stream().map(Keyword::word).toList();
        if (all.size() > 1) {
            throw usage(
                    "'"
                            + word
                            + "' is not unique: it matches "
                            + String.join(", ", all.stream().map(Keyword::word).toList()));
        }
        if (all.isEmpty() || word.isEmpty()) {
            throw usage(
                    "unknown word '"
                            + word
                            + "'; "
                            + NearestWord.of(word, known)
                                    .map(near -> "did you mean '" + near + "'?")
                                    .orElse("known here are " + String.join(", ", known)));
        }
        return all.get(0);
    }

    private void set(ObjectNode document, Keyword keyword, boolean canReset) {
        final int dot = keyword.key().indexOf('.');
        final ObjectNode within =
                dot < 0 ? document : document.withObjectProperty(keyword.key().substring(0, dot));
        final String key = keyword.key().substring(dot + 1);
        if (within.has(key) && !keyword.isList()) {
            throw usage(
                    within.get(key).asText()
                            + " and "
                            + keyword.word()
                            + ": "
                            + key
                            + " is given twice (EINVAL); give one");
        }
        final String value = keyword.kind() == Kind.ITSELF ? keyword.word() : value(keyword);
        if (canReset && value.equals(DEFAULT)) {
            // "host default": not a host without an interface, but none.
            final boolean all = keyword.key().startsWith(keyword.word() + '.');
            (all ? document : within).putNull(all ? keyword.word() : key);
            return;
        }
        if (keyword.texts().contains(value)) {
            within.put(key, value);
            return;
        }
        switch (keyword.kind()) {
            case TEXT, ITSELF -> within.put(key, value);
            case NUMBER -> within.put(key, number(keyword, value));
            case SWITCH -> within.put(key, onOrOff(keyword, value));
            case LIST -> list(within, key).add(value);
            case NUMBERS -> list(within, key).add(number(keyword, value));
        }
    }

    private static ArrayNode list(ObjectNode document, String key) {
        return document.has(key) ? (ArrayNode) document.get(key) : document.putArray(key);
    }

    private String value(Keyword keyword) {
        if (words.isEmpty()) {
            throw usage(keyword.word() + " needs a value behind it");
        }
        return words.remove(0);
    }

    private long number(Keyword keyword, String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw usage(keyword.word() + " '" + value + "' is no whole number");
        }
    }

    private boolean onOrOff(Keyword keyword, String value) {
        if (!SWITCH.containsKey(value)) {
            throw usage(keyword.word() + " '" + value + "' is neither on nor off");
        }
        return SWITCH.get(value);
    }
}
