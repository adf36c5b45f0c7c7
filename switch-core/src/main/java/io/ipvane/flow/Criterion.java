// SPDX-License-Identifier: Apache-2.0
package io.ipvane.flow;

import io.ipvane.packet.IpPrefix;
import java.util.List;

/** What a rule asks of one field. Immutable. */
public sealed interface Criterion {
    /** The field. */
    MatchField field();

    /** The value as a document has it. */
    String text();

    /**
     * Some bits of the field have a value.
     *
     * @param text as it was written
     * @param value no bits outside of the mask
     */
    record Bits(MatchField field, String text, long value, long mask) implements Criterion {}

    /** A port, uplink or tunnel, by its name; who compiles knows its place. */
    record Named(MatchField field, String text) implements Criterion {}

    /** The segment of a VNI; who compiles knows its domain. */
    record Vni(MatchField field, String text, int vni) implements Criterion {}

    /** A number within bounds, both included. */
    record Range(MatchField field, String text, int low, int high) implements Criterion {}

    /** One of some values. */
    record AnyOf(MatchField field, String text, List<Long> values) implements Criterion {
        /** Copies the list. */
        public AnyOf {
            values = List.copyOf(values);
        }
    }

    /** An address in any of some networks, of whatever family. */
    record Networks(MatchField field, String text, List<IpPrefix> networks) implements Criterion {
        /** Copies the list. */
        public Networks {
            networks = List.copyOf(networks);
        }
    }
}
