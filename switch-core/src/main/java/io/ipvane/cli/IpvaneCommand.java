// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import io.ipvane.config.ConfigException;
import io.ipvane.config.ListenAddress;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program: its global options, its objects, and how it ends. */
@Command(
        name = "ipvane",
        header = "A DPDK-backed virtual switch: many ports behind one uplink and one MAC.",
        description = {
            "@|bold run|@ is the daemon; every other verb talks to a running one over its admin"
                    + " socket. Objects and verbs may be shortened to a unique prefix: 'ipvane po"
                    + " sh' is 'ipvane port show'. An object without a verb shows itself."
        },
        synopsisHeading = "Usage: ",
        customSynopsis = "ipvane [-j|-p] [--server=ADDRESS] [--dry-run] OBJECT [VERB] [ARGUMENTS]",
        footer = {
            "",
            "Examples:",
            "  ipvane run --config /etc/ipvane/ipvane.yaml",
            "  ipvane port show",
            "  ipvane port add web uplink wan0 netns blue address 192.0.2.11/24",
            "  ipvane -j stats",
            "  ipvane port show --help"
        })
public final class IpvaneCommand implements Callable<Integer> {
    /** In the order of the help. */
    private static final List<Class<?>> OBJECTS =
            List.of(
                    RunCommand.class,
                    ConfigCommand.class,
                    PortCommand.class,
                    UplinkCommand.class,
                    AddressCommand.class,
                    RouteCommand.class,
                    NeighCommand.class,
                    LinkCommand.class,
                    StatsCommand.class,
                    DropsCommand.class,
                    ThreadsCommand.class,
                    VersionCommand.class);

    @Spec private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help and exit.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean help;

    @Option(
            names = {"-j", "--json"},
            scope = ScopeType.INHERIT,
            description = "Print JSON: an array of objects on one line.")
    private boolean json;

    @Option(
            names = {"-p", "--pretty"},
            scope = ScopeType.INHERIT,
            description = "Print JSON, indented.")
    private boolean pretty;

    @Option(
            names = "--dry-run",
            scope = ScopeType.INHERIT,
            description = "Change nothing: only check, and print what would be configured.")
    private boolean dryRun;

    @Option(
            names = "--server",
            paramLabel = "ADDRESS",
            scope = ScopeType.INHERIT,
            converter = ServerConverter.class,
            defaultValue = "${env:IPVANE_SERVER:-unix:/run/ipvane/admin.sock}",
            description = {
                "Where the daemon listens: unix:/path or 127.0.0.1:PORT.",
                "Default: $IPVANE_SERVER, else the admin socket below."
            })
    private ListenAddress server;

    private final DaemonRunner runner;

    private IpvaneCommand(DaemonRunner runner) {
        this.runner = runner;
    }

    /**
     * Runs one command line.
     *
     * @param runner what {@code run} starts
     * @return exit code, see {@link ExitCode}
     */
    public static int execute(DaemonRunner runner, String... args) {
        final CommandLine program = program(runner, args);
        return program.execute(args);
    }

    /** As {@link #execute(DaemonRunner, String...)}, with somewhere else to write to. */
    static int execute(DaemonRunner runner, PrintWriter out, PrintWriter err, String... args) {
        final CommandLine program = program(runner, args);
        program.setOut(out);
        program.setErr(err);
        return program.execute(args);
    }

    private static CommandLine program(DaemonRunner runner, String... words) {
        final CommandLine program = new CommandLine(new IpvaneCommand(runner));
        // The daemon, which may have to be back soon, does without the others: to read all their
        // annotations takes a good part of its start.
        final boolean daemon = words.length > 0 && "run".equals(words[0]);
        (daemon ? List.of(RunCommand.class) : OBJECTS).forEach(program::addSubcommand);
        program.setAbbreviatedSubcommandsAllowed(true);
        program.setParameterExceptionHandler((e, args) -> usage(e));
        program.setExecutionExceptionHandler((e, command, parsed) -> failed(e, command));
        HelpSections.addTo(program);
        return program;
    }

    /** The root of the command that a spec belongs to. */
    static IpvaneCommand of(CommandSpec spec) {
        return (IpvaneCommand) spec.root().userObject();
    }

    /** No object: says which there are. */
    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return ExitCode.USAGE;
    }

    DaemonRunner runner() {
        return runner;
    }

    AdminClient client() {
        return new AdminClient(server);
    }

    /** Whether changes are only checked. */
    boolean isDryRun() {
        return dryRun;
    }

    /** How rows are printed. */
    Output output() {
        if (pretty) {
            return Output.PRETTY;
        }
        return json ? Output.JSON : Output.TABLE;
    }

    private static int usage(ParameterException e) {
        final PrintWriter err = e.getCommandLine().getErr();
        // One kind of message, that of an ambiguous prefix, comes with a word of its own in front.
        err.println("ipvane: " + e.getMessage().replaceFirst("^Error: ", ""));
        UnmatchedArgumentException.printSuggestions(e, err);
        err.println("Try '" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
        return ExitCode.USAGE;
    }

    private static int failed(Exception e, CommandLine command) {
        final PrintWriter err = command.getErr();
        if (e instanceof ConfigException refused) {
            refused.problems().forEach(err::println);
            return ExitCode.FAILED;
        }
        err.println("ipvane: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
        return e instanceof CommandException ended ? ended.exitCode() : ExitCode.FAILED;
    }

    /** Reads {@code --server}. */
    private static final class ServerConverter implements ITypeConverter<ListenAddress> {
        @Override
        public ListenAddress convert(String text) {
            try {
                return ListenAddress.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
