// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A DPDK device as the user writes it: {@code pci:0000:03:00.0} or {@code vdev:net_ring0,...}.
 *
 * @param kind what stands before the colon
 * @param value what stands behind it
 */
record DeviceSpec(Kind kind, String value) {
    private static final Pattern PCI =
            Pattern.compile("\\p{XDigit}{4,8}:\\p{XDigit}{2}:\\p{XDigit}{2}\\.[0-7]");
    private static final Pattern VDEV = Pattern.compile("[a-z][\\w.-]*(,.*)?");

    /** The ways to name a device. */
    enum Kind {
        PCI(DeviceSpec.PCI, "an address such as 0000:03:00.0"),
        VDEV(DeviceSpec.VDEV, "a DPDK driver, a number and arguments, such as net_ring0");

        private final Pattern form;
        private final String expected;

        Kind(Pattern form, String expected) {
            this.form = form;
            this.expected = expected;
        }

        private String prefix() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Parses, or throws a {@link DpdkException} with what would do. */
    static DeviceSpec parse(String text) {
        final int colon = text.indexOf(':');
        for (Kind kind : Kind.values()) {
            if (colon > 0 && text.substring(0, colon).equals(kind.prefix())) {
                final String value = text.substring(colon + 1);
                if (!kind.form.matcher(value).matches()) {
                    throw new DpdkException(
                            "device '"
                                    + text
                                    + "': '"
                                    + value
                                    + "' is not "
                                    + kind.expected
                                    + "; correct it");
                }
                return new DeviceSpec(kind, value);
            }
        }
        throw new DpdkException(
                "device '"
                        + text
                        + "': unknown kind; begin it with one of "
                        + Arrays.stream(Kind.values())
                                .map(kind -> kind.prefix() + ":")
                                .collect(Collectors.joining(" ")));
    }

    @Override
    public String toString() {
        return kind.prefix() + ":" + value;
    }
}
