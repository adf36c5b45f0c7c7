// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.peers;

import java.io.IOException;
import java.util.List;

/** One group of comparisons: something to run, and what came out. */
public interface Scenario {
    /** One word: chooses the scenario on the command line. */
    String name();

    /**
     * Runs it; takes minutes. Whatever it starts has ended when it returns or throws.
     *
     * @throws IOException with a sentence where a system could not be started or measured
     */
    List<Comparison> run(Settings settings) throws IOException, InterruptedException;
}
