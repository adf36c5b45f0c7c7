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
    public static MethodHandle call(String name, MemoryLayout result, MemoryLayout... arguments) {
        return handle(name, result, arguments);
    }

    /** As {@link NativeLibrary#critical}, for a function of this library. */
    public static MethodHandle critical(
            String name, MemoryLayout result, MemoryLayout... arguments) {
        return handle(name, result, arguments, Linker.Option.critical(false));
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle(
            String name, MemoryLayout result, MemoryLayout[] arguments, Linker.Option... options) {
        return Linker.nativeLinker()
                .downcallHandle(
                        SYMBOLS.find(name).orElseThrow(() -> missing(name)),
                        result == null
                                ? FunctionDescriptor.ofVoid(arguments)
                                : FunctionDescriptor.of(result, arguments),
                        options);
    }

    private static IllegalStateException missing(String name) {
        return new IllegalStateException(
                "libipvane_bench.so has no function "
                        + name
                        + "; rebuild it: make -C native bench");
    }

    /** What to throw where a handle did; native functions themselves throw nothing. */
    public static RuntimeException failed(Throwable cause) {
        return cause instanceof RuntimeException e ? e : new IllegalStateException(cause);
    }
}
