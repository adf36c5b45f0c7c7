// SPDX-License-Identifier: Apache-2.0
package io.ipvane.memory;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The C shim, {@code libipvane.so}: loaded once a process, and the method handles into it.
 *
 * <p>Pointers cross as {@code long}, results below zero are {@code -errno}. The shim is looked for
 * at the path in the system property {@value #PROPERTY}. Any thread.
 */
public final class NativeLibrary {
    /** Names the file of the shim. */
    public static final String PROPERTY = "ipvane.native";

    /** Marks a pointer argument or result. */
    public static final ValueLayout.OfLong POINTER = ValueLayout.JAVA_LONG;

    private static final byte[] ELF = {0x7F, 'E', 'L', 'F'};

    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup SYMBOLS = load();

    private NativeLibrary() {}

    @SuppressWarnings("restricted")
    private static SymbolLookup load() {
        final String path = System.getProperty(PROPERTY);
        if (path == null) {
            throw new IllegalStateException(
                    "the C shim was not found: system property "
                            + PROPERTY
                            + " is not set; start with bin/ipvane");
        }
        if (!Files.isReadable(Path.of(path))) {
            throw new IllegalStateException(
                    "the C shim was not found: "
                            + path
                            + " cannot be read; build it with: make build");
        }
        if (!isElf(Path.of(path))) {
            throw new IllegalStateException(
                    "the C shim " + path + " is no shared library; build it with: make build");
        }
        try {
            System.load(Path.of(path).toAbsolutePath().toString());
        } catch (UnsatisfiedLinkError e) {
            throw new IllegalStateException(
                    "the C shim "
                            + path
                            + " cannot be loaded ("
                            + e.getMessage()
                            + "); install the DPDK libraries it was built with (Debian: libdpdk-dev), then: make build",
                    e);
        }
        return SymbolLookup.loaderLookup();
    }

    /** The JVM would print warnings of its own about a file that is something else. */
    private static boolean isElf(Path path) {
        try (InputStream file = Files.newInputStream(path)) {
            return Arrays.equals(file.readNBytes(ELF.length), ELF);
        } catch (IOException e) {
            return false;
        }
    }

    /** Loads the shim if that has not happened yet; throws with a remedy where it cannot be. */
    public static void require() {
        if (SYMBOLS == null) {
            throw new AssertionError("loaded by the class initialiser");
        }
    }

    /**
     * A handle to a shim function that may block, lock or take long.
     *
     * @param result layout of the result, or null for none
     */
    public static MethodHandle call(String name, MemoryLayout result, MemoryLayout... arguments) {
        return handle(name, result, arguments);
    }

    /**
     * A handle for a short function that never blocks, locks or calls back: the thread cannot reach
     * a safepoint inside, which makes it two to three times cheaper.
     */
    public static MethodHandle critical(
            String name, MemoryLayout result, MemoryLayout... arguments) {
        return handle(name, result, arguments, Linker.Option.critical(false));
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle(
            String name, MemoryLayout result, MemoryLayout[] arguments, Linker.Option... options) {
        final FunctionDescriptor type =
                result == null
                        ? FunctionDescriptor.ofVoid(arguments)
                        : FunctionDescriptor.of(result, arguments);
        return LINKER.downcallHandle(
                SYMBOLS.find(name)
                        .orElseThrow(
                                () ->
                                        new IllegalStateException(
                                                "the C shim has no function "
                                                        + name
                                                        + ": it is older than this program; rebuild it with: make build")),
                type,
                options);
    }

    /** A C string in native memory that lives as long as {@code arena}. */
    public static long cString(Arena arena, String text) {
        return arena.allocateFrom(text).address();
    }
}
