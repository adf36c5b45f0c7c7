// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import java.util.List;
import picocli.CommandLine.Command;

/** {@code ipvane drops}. */
@Command(
        name = "drops",
        header = "Frames that went nowhere, by port and reason.",
        description =
                "Shows how many frames each port lost for which reason since the daemon started, and what the reason means. Reasons that never happened are left out.",
        footer = {"", "Examples:", "  ipvane drops", "  ipvane -j drops"})
final class DropsCommand extends ShowCommand {
    @Override
    String path() {
        return "/v1/drops";
    }

    @Override
    List<Column> columns() {
        return List.of(
                Column.of("PORT", "port"),
                Column.of("REASON", "reason"),
                Column.of("COUNT", "count"),
                Column.of("MEANING", "sentence"));
    }
}
