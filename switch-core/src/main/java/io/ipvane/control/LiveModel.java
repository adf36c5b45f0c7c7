// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.model.PortModel;
import io.ipvane.model.SwitchModel;
import io.ipvane.model.UplinkModel;
import java.util.function.Consumer;

/**
 * The model that the conductor is working on, and whether lcores are still to be given it.
 * Conductor thread only.
 */
final class LiveModel {
    private final Consumer<SwitchModel> onUplinks;
    private SwitchModel now;
    private boolean dirty;

    /**
     * @param onUplinks is told of each model whose uplinks are others
     */
    LiveModel(SwitchModel first, Consumer<SwitchModel> onUplinks) {
        this.onUplinks = onUplinks;
        replace(first);
    }

    SwitchModel get() {
        return now;
    }

    /** Puts another model in the place of this one. */
    void replace(SwitchModel next) {
        now = next;
        dirty = true;
        onUplinks.accept(now);
    }

    void change(PortModel port) {
        now = now.with(port);
        dirty = true;
    }

    void change(UplinkModel uplink) {
        replace(now.with(uplink));
    }

    /** Something that goes with the model has changed. */
    void touch() {
        dirty = true;
    }

    boolean isDirty() {
        return dirty;
    }

    /** It is given to lcores. */
    void published() {
        dirty = false;
    }
}
