// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.ipvane.ffi.rte_mbuf;
import io.ipvane.memory.Memory;
import io.ipvane.memory.NativeLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Where the fields of a structure are, according to one witness: the compiled shim, or the headers
 * that jextract read.
 *
 * @param witness for messages
 * @param fields by name; {@code sizeof} stands for the whole structure
 */
record LayoutTable(String witness, Map<String, Field> fields) {
    /** The entry for the whole structure. */
    static final String WHOLE = "sizeof";

    private static final int ENTRY_SIZE = 24;
    private static final int NAME_SIZE = 16;

    /** Offset and size in bytes. */
    record Field(int offset, int size) {}

    LayoutTable {
        fields = Map.copyOf(fields);
    }

    /**
     * What {@code offsetof} gave when the shim was compiled.
     *
     * @param function of the shim that says it
     */
    static LayoutTable ofShim(String function) {
        final MethodHandle layout = NativeLibrary.call(function, JAVA_INT, NativeLibrary.POINTER);
        final Map<String, Field> fields = new LinkedHashMap<>();
        try (Arena arena = Arena.ofConfined()) {
            final MemorySegment pointer = arena.allocate(ValueLayout.JAVA_LONG);
            final int count = Shim.asInt(() -> (int) layout.invokeExact(pointer.address()));
            for (int i = 0; i < count; i++) {
                final long entry = pointer.get(ValueLayout.JAVA_LONG, 0) + (long) i * ENTRY_SIZE;
                fields.put(
                        Shim.string(entry, NAME_SIZE),
                        new Field(
                                Memory.i32(entry + NAME_SIZE), Memory.i32(entry + NAME_SIZE + 4)));
            }
        }
        return new LayoutTable("the C shim", fields);
    }

    /** What jextract made of the headers, for the given fields; one that it lacks is left out. */
    static LayoutTable ofHeaders(Set<String> names) {
        final GroupLayout struct = rte_mbuf.layout();
        final Map<String, Field> fields = new LinkedHashMap<>();
        fields.put(WHOLE, new Field(0, (int) struct.byteSize()));
        collect(struct, 0, names, fields);
        return new LayoutTable("the generated bindings", fields);
    }

    /** Fields of an unnamed struct or union belong to the one around it. */
    private static void collect(
            GroupLayout group, long start, Set<String> names, Map<String, Field> into) {
        for (int i = 0; i < group.memberLayouts().size(); i++) {
            final MemoryLayout member = group.memberLayouts().get(i);
            final String name = member.name().orElse("");
            final long offset = start + group.byteOffset(MemoryLayout.PathElement.groupElement(i));
            if (names.contains(name)) {
                into.put(name, new Field((int) offset, (int) member.byteSize()));
            } else if (member instanceof GroupLayout inner && name.startsWith("$anon")) {
                collect(inner, offset, names, into);
            }
        }
    }

    /** The field, or a sentence that it is missing. */
    Field field(String name) {
        final Field field = fields.get(name);
        if (field == null) {
            throw new DpdkException(
                    "rte_mbuf."
                            + name
                            + " is unknown to "
                            + witness
                            + "; rebuild it with: make build");
        }
        return field;
    }
}
