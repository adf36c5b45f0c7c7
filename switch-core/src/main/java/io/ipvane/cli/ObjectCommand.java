// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** An object of the command line; without a verb it shows itself, as with ip(8). */
abstract class ObjectCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        return ((ShowCommand) spec.subcommands().get("show").getCommandSpec().userObject()).call();
    }
}
