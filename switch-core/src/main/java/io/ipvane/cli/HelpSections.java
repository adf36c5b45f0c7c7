// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;

/** What the help of every command ends with: exit codes, files, environment. */
final class HelpSections {
    private static final String REFERENCE = "reference";

    private static final String TEXT =
            """

            Files:
              /etc/ipvane/ipvane.yaml   configuration of the daemon
              /run/ipvane/admin.sock    admin socket of the daemon

            Environment:
              IPVANE_SERVER             default of --server
            """;

    private HelpSections() {}

    /** Adds them to a command and to all below it. */
    static void addTo(CommandLine command) {
        final UsageMessageSpec usage = command.getCommandSpec().usageMessage();
        usage.exitCodeListHeading("%nExit codes:%n");
        usage.exitCodeList(exitCodes());
        usage.optionListHeading("%nOptions:%n");
        usage.parameterListHeading("%nArguments:%n");
        usage.commandListHeading("%nCommands:%n");
        usage.descriptionHeading("%n");
        usage.sortOptions(false);
        final List<String> keys = new ArrayList<>(usage.sectionKeys());
        keys.add(REFERENCE);
        usage.sectionKeys(keys);
        usage.sectionMap().put(REFERENCE, help -> TEXT);
        command.getSubcommands().values().forEach(HelpSections::addTo);
    }

    private static Map<String, String> exitCodes() {
        final Map<String, String> codes = new LinkedHashMap<>();
        codes.put("" + ExitCode.DONE, "done");
        codes.put("" + ExitCode.FAILED, "refused or failed");
        codes.put("" + ExitCode.USAGE, "the command line makes no sense");
        codes.put("" + ExitCode.UNREACHABLE, "no daemon answers");
        codes.put("" + ExitCode.PRECONDITION, "precondition failed");
        return codes;
    }
}
