// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.harness;

import io.ipvane.memory.NativeLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * The native library of the benchmarks, {@code libipvane_bench.so}: found beside the shim, loaded
 * once a process. Any thread.
 */
public final class BenchLibrary {
    private static final SymbolLookup SYMBOLS = load();

    private BenchLibrary() {}

    @SuppressWarnings("restricted")
    private static SymbolLookup load() {
        NativeLibrary.require();
        final Path shim = Path.of(System.getProperty(NativeLibrary.PROPERTY)).toAbsolutePath();
        return SymbolLookup.libraryLookup(
                shim.resolveSibling("libipvane_bench.so"), Arena.global());
    }

    /** A handle to a function; pointers are {@link NativeLibrary#POINTER}. */
    @SuppressWarnings("restricted")
    public static MethodHandle call(String name, MemoryLayout result, MemoryLayout... arguments) {
        return Linker.nativeLinker()
                .downcallHandle(
                        SYMBOLS.find(name).orElseThrow(() -> missing(name)),
                        result == null
                                ? FunctionDescriptor.ofVoid(arguments)
                                : FunctionDescriptor.of(result, arguments));
    }

    private static IllegalStateException missing(String name) {
        return new IllegalStateException(
                "libipvane_bench.so has no function "
                        + name
                        + "; rebuild it: make -C native bench");
    }
}
