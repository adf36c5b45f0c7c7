// SPDX-License-Identifier: Apache-2.0
package io.ipvane.tunnel;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the kernel's VXLAN device in flow-based mode did, Linux 6.18: lines T are packets that it
 * sent, lines R what it made of packets that it got. {@code vxlan/README.md} tells how it was seen.
 */
final class ObservedVxlan {
    private ObservedVxlan() {}

    static List<String> lines() {
        try (InputStream in = ObservedVxlan.class.getResourceAsStream("/vxlan/observed-6.18.txt");
                BufferedReader reader =
                        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return reader.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Name of the frame to what a socket behind the device saw of it, or {@code DROP}. */
    static Map<String, String> received() {
        final Map<String, String> seen = new LinkedHashMap<>();
        for (String line : lines()) {
            if (line.startsWith("## R ")) {
                final int arrow = line.indexOf(" => ");
                final String rest = line.substring(arrow + 4);
                seen.put(line.substring(5, arrow), rest.substring(0, rest.indexOf(" {")));
            }
        }
        return seen;
    }
}
