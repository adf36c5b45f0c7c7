// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.ipvane.config.ConfigDocument;
import io.ipvane.config.SwitchConfig;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What {@code ipvane config} does with the configuration that a running switch works by. */
final class RunningConfig {
    private static final String PATH = "/v1/config";

    private RunningConfig() {}

    /** {@code ipvane config show}. */
    @Command(
            name = "show",
            header = "Show what the switch works by.",
            description =
                    "Prints the configuration of the running switch as a file, with its entity tag in a"
                            + " comment. What has its default is left out. With -j it is an array of one"
                            + " object.",
            footer = {"", "Examples:", "  ipvane config show", "  ipvane -p config show"})
    static final class Show implements Callable<Integer> {
        @Spec private CommandSpec spec;

        @Override
        public Integer call() {
            final IpvaneCommand root = IpvaneCommand.of(spec);
            final AdminClient.Reply reply = root.client().send(HttpExchange.Request.get(PATH));
            final var out = spec.commandLine().getOut();
            out.print(
                    root.output() == Output.TABLE
                            ? "# entity tag "
                                    + EntityTags.bare(reply.tag())
                                    + "\n"
                                    + ConfigDocument.yaml(ChangeCommand.plain(reply.body()))
                            : root.output()
                                    .format(
                                            JsonNodeFactory.instance.arrayNode().add(reply.body()),
                                            List.of()));
            out.flush();
            return ExitCode.DONE;
        }
    }

    /** {@code ipvane config save}. */
    @Command(
            name = "save",
            header = "Write what the switch works by to a file.",
            description =
                    "Writes the configuration of the running switch to a file, so that the next start"
                            + " works by it. The file is replaced as a whole or not at all; its owner"
                            + " and its rights stay, its comments do not. One that cannot be replaced, as it"
                            + " is a mount of its own, is written in place. With --dry-run it is only printed.",
            footer = {"", "Examples:", "  ipvane config save", "  ipvane config save ./lab.yaml"})
    static final class Save implements Callable<Integer> {
        @Spec private CommandSpec spec;

        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "FILE",
                description = "File to write. Default: /etc/ipvane/ipvane.yaml.")
        private Path file = SwitchConfig.DEFAULT_PATH;

        @Override
        public Integer call() {
            final IpvaneCommand root = IpvaneCommand.of(spec);
            final String text = ConfigDocument.yaml(ChangeCommand.plain(root.client().get(PATH)));
            final var out = spec.commandLine().getOut();
            if (root.isDryRun()) {
                out.print(text);
            } else {
                write(text);
                out.println(file + ": saved");
            }
            out.flush();
            return ExitCode.DONE;
        }

        private void write(String text) {
            try {
                SavedFile.write(file, text);
            } catch (IOException e) {
                final String reason = e instanceof FileSystemException f ? f.getReason() : null;
                throw new CommandException(
                        ExitCode.FAILED,
                        file
                                + ": cannot be written ("
                                + (reason == null ? e.getClass().getSimpleName() : reason)
                                + "); name a file that you may write to, in a folder that you may"
                                + " write to");
            }
        }
    }

    /** {@code ipvane config apply}. */
    @Command(
            name = "apply",
            header = "Make the switch work by a file.",
            description = {
                "Checks the file and makes the running switch work by it: what the file does not have"
                        + " goes, what is the same stays untouched. What cannot change while the switch"
                        + " runs is refused, and then nothing has changed.",
                "Without --if-match it replaces what the switch works by at that moment.",
                "A port or uplink whose interface somebody has deleted is made again. A namespace,"
                        + " a folder of a socket or an interface of an uplink that is not there is"
                        + " refused where it is new; with the word wait behind the file it is waited"
                        + " for. What is waiting is said on stderr."
            },
            footer = {
                "",
                "Examples:",
                "  ipvane config apply",
                "  ipvane config apply ./lab.yaml wait",
                "  ipvane --dry-run config apply ./lab.yaml",
                "  ipvane config apply ./lab.yaml --if-match 1f0e3dad99908345f7439f8f"
            })
    static final class Apply implements Callable<Integer> {
        @Spec private CommandSpec spec;

        @Option(
                names = "--if-match",
                paramLabel = "TAG",
                description =
                        "Only if 'config show' still prints this entity tag; else exit code 4.")
        private String tag;

        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "FILE",
                description = "File to apply. Default: /etc/ipvane/ipvane.yaml.")
        private Path file = SwitchConfig.DEFAULT_PATH;

        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "wait",
                description = "The word: waits for what is not there yet.")
        private String wait;

        @Override
        public Integer call() {
            final IpvaneCommand root = IpvaneCommand.of(spec);
            if (wait == null && file.toString().equals(Words.WAIT.word())) {
                wait = Words.WAIT.word();
                file = SwitchConfig.DEFAULT_PATH;
            }
            if (wait != null && !wait.equals(Words.WAIT.word())) {
                throw new ParameterException(
                        spec.commandLine(),
                        "unknown word '" + wait + "'; known here is " + Words.WAIT.word());
            }
            final SwitchConfig config = SwitchConfig.load(file);
            final AdminClient client = root.client();
            final String seen =
                    tag == null
                            ? client.send(HttpExchange.Request.get(PATH)).tag()
                            : EntityTags.quoted(tag);
            final Map<String, String> headers = new LinkedHashMap<>();
            headers.put("If-Match", seen);
            headers.put("Content-Type", "application/json");
            final AdminClient.Reply reply =
                    client.send(
                            new HttpExchange.Request(
                                    "PUT",
                                    PATH
                                            + (root.isDryRun()
                                                    ? "?dryRun=true"
                                                    : wait == null ? "" : "?wait=true"),
                                    headers,
                                    json(config)));
            final var out = spec.commandLine().getOut();
            out.print(
                    root.output() == Output.TABLE
                            ? file
                                    + (root.isDryRun() ? ": would be applied" : ": applied")
                                    + "; uplinks: "
                                    + config.uplinks().size()
                                    + ", ports: "
                                    + config.ports().size()
                                    + "\n"
                            : root.output()
                                    .format(
                                            JsonNodeFactory.instance.arrayNode().add(reply.body()),
                                            List.of()));
            out.flush();
            if (!root.isDryRun()) {
                sayWhatWaits(client);
            }
            return ExitCode.DONE;
        }

        private void sayWhatWaits(AdminClient client) {
            for (String collection : List.of("/v1/uplinks", "/v1/ports")) {
                for (JsonNode one : client.get(collection)) {
                    if (one.path("state").asText().equals("waiting")) {
                        spec.commandLine()
                                .getErr()
                                .println("waiting: " + one.path("reason").asText());
                    }
                }
            }
            spec.commandLine().getErr().flush();
        }

        private static String json(SwitchConfig config) {
            try {
                return new ObjectMapper().writeValueAsString(ConfigDocument.of(config));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("a document cannot be written as JSON", e);
            }
        }
    }
}
