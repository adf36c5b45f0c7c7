// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ipvane stats}: counters once, or each second together with what came in between. */
@Command(
        name = "stats",
        header = "Packets, bytes and drops of every port, uplink and host port.",
        description = {
            "Directions are those of the switch: RX is what came in from the port, TX what went out"
                    + " to it. Counters start with the daemon.",
            "With -w a table each second, with packets per second behind it; on a terminal it stays"
                    + " in place. Ctrl-C ends it. With -w and -j one array a line."
        },
        footer = {
            "",
            "Examples:",
            "  ipvane stats",
            "  ipvane stats web",
            "  ipvane stats -w",
            "  ipvane -j stats -w --count 10"
        })
final class StatsCommand extends ShowCommand {
    private static final String CLEAR_SCREEN = "\u001b[H\u001b[2J";
    private static final long INTERVAL_MILLIS = 1_000;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "NAME",
            description = "Only the port or uplink with this name.")
    private String name;

    @Option(
            names = {"-w", "--watch"},
            description = "Show again each second.")
    private boolean watch;

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "0",
            description = "With -w: end after N tables; 0, the default: never.")
    private int count;

    @Override
    String path() {
        return "/v1/stats";
    }

    @Override
    List<Column> columns() {
        return List.of(
                Column.of("NAME", "name"),
                Column.of("ROLE", "role"),
                Column.of("RX-PACKETS", "receivePackets"),
                Column.of("RX-BYTES", "receiveBytes"),
                Column.of("TX-PACKETS", "transmitPackets"),
                Column.of("TX-BYTES", "transmitBytes"),
                Column.of("MULTICAST", "multicast"),
                new Column("DROPS", row -> Long.toString(drops(row))),
                new Column("RX-LOST", row -> Long.toString(lost(row))));
    }

    @Override
    public Integer call() {
        final IpvaneCommand root = IpvaneCommand.of(spec());
        final Output output = root.output();
        if (!watch) {
            print(output.format(named(rows(root.client())), columns()));
            return ExitCode.DONE;
        }
        final Rates rates = new Rates();
        final boolean clear = output == Output.TABLE && isTerminal();
        for (int shown = 1; ; shown++) {
            final JsonNode rows = named(rows(root.client()));
            rates.next(rows, System.nanoTime());
            print((clear ? CLEAR_SCREEN : "") + output.format(rows, columns(rates)));
            if (shown == count || !pause()) {
                return ExitCode.DONE;
            }
        }
    }

    private JsonNode named(JsonNode rows) {
        if (name == null) {
            return rows;
        }
        final ArrayNode chosen = JsonNodeFactory.instance.arrayNode();
        for (JsonNode row : rows) {
            if (row.path("name").asText().equals(name)) {
                chosen.add(row);
            }
        }
        if (chosen.isEmpty()) {
            throw new CommandException(
                    ExitCode.FAILED,
                    "no port or uplink has the name '" + name + "'; 'ipvane stats' lists all");
        }
        return chosen;
    }

    private List<Column> columns(Rates rates) {
        final List<Column> columns = new ArrayList<>(columns());
        columns.add(new Column("RX-PPS", row -> rates.of(row, "receivePackets")));
        columns.add(new Column("TX-PPS", row -> rates.of(row, "transmitPackets")));
        return columns;
    }

    /** What the device lost before the switch saw it. */
    private static long lost(JsonNode row) {
        return row.path("receiveMissed").asLong()
                + row.path("receiveErrors").asLong()
                + row.path("receiveNoMbuf").asLong();
    }

    /** Sum over all reasons. */
    private static long drops(JsonNode row) {
        long sum = 0;
        for (JsonNode reason : row.path("drops")) {
            sum += reason.asLong();
        }
        return sum;
    }

    /** Never null on JDK 22 to 24 and null without a terminal on 25: both have to do. */
    @SuppressWarnings("SystemConsoleNull")
    private static boolean isTerminal() {
        return System.console() != null && System.console().isTerminal();
    }

    private static boolean pause() {
        try {
            Thread.sleep(INTERVAL_MILLIS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
