// SPDX-License-Identifier: Apache-2.0
package io.ipvane.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Which ipvane this is. */
public final class BuildVersion {
    /** Maven writes it into the jar; a tree of classes has none. */
    private static final String RESOURCE =
            "/META-INF/maven/io.ipvane/ipvane-switch-core/pom.properties";

    private BuildVersion() {}

    /** The version of the jar, or {@code development} outside one. */
    public static String current() {
        try (InputStream in = BuildVersion.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                return "development";
            }
            final Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
