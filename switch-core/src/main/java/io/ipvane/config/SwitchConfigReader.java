// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Text to records. Reads everything and reports every problem of form; only a text without one goes
 * on to {@link ConsistencyCheck}. One reader a text, one thread.
 */
final class SwitchConfigReader {
    /** Room for some million addresses; the parser's own bound of 3 Mi is too small for them. */
    private static final int MAX_CHARACTERS = 128 << 20;

    private final Problems problems;
    private final OnlineLcores online;
    private final Places places;
    private final String name;

    SwitchConfigReader(String name, OnlineLcores online) {
        this.name = name;
        this.online = online;
        problems = new Problems(name);
        places = new Places(problems);
    }

    /**
     * Reads and checks.
     *
     * @throws ConfigException with every problem of form, or where there is none every other one
     */
    SwitchConfig read(String text) {
        return checked(compose(text).flatMap(this::config));
    }

    /** As {@link #read(String)}, from a document that was composed already. */
    SwitchConfig read(Node document) {
        return checked(config(document));
    }

    private SwitchConfig checked(Optional<SwitchConfig> config) {
        problems.throwIfAny();
        new ConsistencyCheck(config.orElseThrow(), places, online).run();
        problems.throwIfAny();
        return config.orElseThrow();
    }

    private Optional<Node> compose(String text) {
        final LoadSettings settings =
                LoadSettings.builder().setLabel(name).setCodePointLimit(MAX_CHARACTERS).build();
        try {
            final Optional<Node> root = new Compose(settings).composeString(text);
            if (root.isEmpty()) {
                add(Optional.empty(), "is empty; a switch needs at least one uplink in uplinks");
            }
            return root;
        } catch (MarkedYamlEngineException e) {
            add(e.getProblemMark(), "is no YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            add(Optional.empty(), "is no YAML: " + e.getMessage());
        }
        return Optional.empty();
    }

    private void add(Optional<Mark> mark, String sentence) {
        problems.add(mark, "", Errno.EINVAL, sentence);
    }

    private Optional<SwitchConfig> config(Node node) {
        return YamlSection.read("", node, places, SwitchConfig.TABLE);
    }
}
