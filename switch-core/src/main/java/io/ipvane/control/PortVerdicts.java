// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.ipvlan.Decisions;
import io.ipvane.ipvlan.IpvlanOptions;
import io.ipvane.ipvlan.IpvlanRules;
import io.ipvane.ipvlan.Mode;
import io.ipvane.ipvlan.VerdictTable;
import io.ipvane.ipvlan.VerdictTable.Direction;
import io.ipvane.model.PortModel;
import io.ipvane.model.SegmentModel;
import io.ipvane.model.SwitchModel;
import io.ipvane.snapshot.PortEntry;
import java.util.HashMap;
import java.util.Map;

/**
 * Which verdict tables each port goes by. Ports with the same rules share one: it stays in the
 * cache, however many they are.
 *
 * <p>Ports of one segment may have different modes. Then a frame is decided by the mode of the port
 * it is for, where a port has its key; otherwise by l2, as group frames are for the ports that hear
 * them. What a port sends is decided by its own mode, but for what a routed sibling would never
 * answer (see {@link IpvlanRules#toRouted}). One thread, for one compilation.
 */
final class PortVerdicts {
    private final SwitchModel model;
    private final Map<IpvlanRules, VerdictTable> tables = new HashMap<>();

    PortVerdicts(SwitchModel model) {
        this.model = model;
    }

    /** For frames that come in by a port. */
    Decisions of(PortModel port) {
        final boolean l2 =
                port.role() == PortEntry.Role.PORT ? port.mode() == Mode.L2 : hasL2(port);
        final Mode mode = l2 ? Mode.L2 : routedMode(port);
        return table(IpvlanRules.of(mode, port.flag(), options(port)), port);
    }

    /** The same for frames to a routed port, or null where there is no difference. */
    Decisions toRouted(PortModel port) {
        if (!model.routes(port.domain()) || !hasL2(port)) {
            return null;
        }
        if (port.role() == PortEntry.Role.PORT) {
            return port.mode() == Mode.L2
                    ? table(IpvlanRules.toRouted(port.flag(), options(port)), port)
                    : null;
        }
        return table(IpvlanRules.of(routedMode(port), port.flag(), options(port)), port);
    }

    private boolean hasL2(PortModel port) {
        return model.segmentOf(port.index()).mode() == Mode.L2
                || model.members(port.domain()).stream().anyMatch(p -> p.mode() == Mode.L2);
    }

    /** Of a port its own; of an exit that of its ports that are not l2. */
    private Mode routedMode(PortModel port) {
        final SegmentModel segment = model.segmentOf(port.index());
        if (port.role() == PortEntry.Role.PORT) {
            return port.mode();
        }
        return segment.mode() != Mode.L2 ? segment.mode() : Mode.L3;
    }

    private IpvlanOptions options(PortModel port) {
        return model.segmentOf(port.index()).options();
    }

    private Decisions table(IpvlanRules rules, PortModel port) {
        return tables.computeIfAbsent(rules, VerdictTable::compile).table(direction(port.role()));
    }

    private static Direction direction(PortEntry.Role role) {
        return switch (role) {
            case PORT -> Direction.FROM_PORT;
            case UPLINK -> Direction.FROM_UPLINK;
            case HOST -> Direction.FROM_HOST;
        };
    }
}
