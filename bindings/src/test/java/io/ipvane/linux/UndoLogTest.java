// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UndoLogTest {
    private final List<String> undone = new ArrayList<>();

    @Test
    void shouldTakeBackTheLastStepFirst() {
        try (UndoLog undo = new UndoLog()) {
            undo.add(() -> undone.add("first"));
            undo.add(() -> undone.add("second"));
        }
        assertEquals(List.of("second", "first"), undone);
    }

    @Test
    void shouldTakeBackTheOthersWhereOneFails() {
        final UndoLog undo = new UndoLog();
        undo.add(() -> undone.add("first"));
        undo.add(
                () -> {
                    throw new IllegalStateException("second");
                });

        assertThrows(IllegalStateException.class, undo::close);

        assertEquals(List.of("first"), undone);
    }

    @Test
    void shouldKeepTheOrderInAnotherLogAndTakeBackNothingItself() {
        final UndoLog other = new UndoLog();
        try (UndoLog undo = new UndoLog()) {
            undo.add(() -> undone.add("first"));
            undo.add(() -> undone.add("second"));
            undo.moveTo(other);
        }
        assertEquals(List.of(), undone);
        other.close();
        assertEquals(List.of("second", "first"), undone);
    }
}
