// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.Model.UsageMessageSpec;

/** What the help of every command ends with: exit codes, files, environment. */
final class HelpSections {
    private static final String REFERENCE = "reference";
    private static final String WORDS = "words";

    private static final int WIDTH = 80;

    /** Columns for a word and the sample of its value. */
    private static final int WORD_WIDTH = 28;

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
        keys.add(keys.indexOf(UsageMessageSpec.SECTION_KEY_OPTION_LIST_HEADING), WORDS);
        keys.add(REFERENCE);
        usage.sectionKeys(keys);
        usage.sectionMap().put(REFERENCE, help -> TEXT);
        if (command.getCommand() instanceof ChangeCommand change) {
            usage.sectionMap().put(WORDS, help -> words(help, change.keywords()));
        }
        command.getSubcommands().values().forEach(HelpSections::addTo);
    }

    /** The words that have a value, each with what it is for. */
    private static String words(Help help, List<Keyword> keywords) {
        final TextTable table =
                TextTable.forColumns(
                        help.colorScheme(),
                        new Column(WORD_WIDTH, 2, Overflow.SPAN),
                        new Column(WIDTH - WORD_WIDTH, 2, Overflow.WRAP));
        for (Keyword keyword : keywords) {
            if (!keyword.help().isEmpty()) {
                final String left = (keyword.word() + " " + keyword.sample()).strip();
                if (left.length() > WORD_WIDTH - 3) {
                    table.addRowValues(left);
                    table.addRowValues("", keyword.help());
                } else {
                    table.addRowValues(left, keyword.help());
                }
            }
        }
        return table.rowCount() == 0 ? "" : "%nWords:%n".formatted() + table;
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
