// SPDX-License-Identifier: Apache-2.0
package io.ipvane.control;

import io.ipvane.model.PortModel;
import io.ipvane.model.SegmentModel;
import io.ipvane.model.SwitchModel;
import java.util.function.Consumer;

/**
 * The model that the conductor is working on, and whether lcores are still to be given it.
 * Conductor thread only.
 */
final class LiveModel {
    private final Consumer<SwitchModel> onSegments;
    private SwitchModel now;
    private boolean dirty;

    /**
     * @param onSegments is told of each model whose segments are others
     */
    LiveModel(SwitchModel first, Consumer<SwitchModel> onSegments) {
        this.onSegments = onSegments;
        replace(first);
    }

    SwitchModel get() {
        return now;
    }

    /** Puts another model in the place of this one. */
    void replace(SwitchModel next) {
        now = next;
        dirty = true;
        onSegments.accept(now);
    }

    void change(PortModel port) {
        now = now.with(port);
        dirty = true;
    }

    void change(SegmentModel segment) {
        replace(now.with(segment));
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
