// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/**
 * A configuration as a document: maps, lists, texts, numbers and truth values under the keys of the
 * file, in the order of their tables. What has its default is left out, but for what others go by,
 * such as mode and flag of an uplink. Two equal configurations make equal documents, and reading a
 * document makes the configuration again. Any thread.
 */
public final class ConfigDocument {
    private static final int LINE_WIDTH = 120;

    private ConfigDocument() {}

    /** A whole configuration. */
    public static Map<String, Object> of(SwitchConfig config) {
        return SwitchConfig.TABLE.write(config);
    }

    /**
     * A document as a file: YAML 1.2, an element of a list a line where it has no lists in it.
     *
     * @param document of maps, lists, texts, numbers and truth values
     */
    public static String yaml(Object document) {
        final DumpSettings settings =
                DumpSettings.builder()
                        .setDefaultFlowStyle(FlowStyle.AUTO)
                        .setIndicatorIndent(2)
                        .setIndent(4)
                        .setWidth(LINE_WIDTH)
                        .build();
        return new Dump(settings).dumpToString(document);
    }
}
