// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static io.ipvane.memory.NativeLibrary.POINTER;

import io.ipvane.ffi.Dpdk;
import io.ipvane.memory.NativeLibrary;
import java.lang.invoke.MethodHandle;

/**
 * Byte offsets of the fields of {@code struct rte_mbuf} that Java touches, as constants that the
 * compiler folds. Read from the shim, since the offset of {@code next} depends on how DPDK was
 * built; {@link #check} compares them with the generated bindings and with the DPDK that is loaded.
 *
 * <p>Source: DPDK {@code rte_mbuf_core.h}. Any thread.
 */
public final class MbufLayout {
    private static final LayoutTable SHIM = LayoutTable.ofShim("ipvane_mbuf_layout");

    /** Pointer: start of the segment's buffer; the frame begins {@link #DATA_OFF} bytes later. */
    public static final int BUF_ADDR = offset("buf_addr");

    /** Unsigned 16 bits: from the start of the buffer to the first byte of the frame. */
    public static final int DATA_OFF = offset("data_off");

    /** Unsigned 16 bits: holders of this segment. */
    public static final int REFCNT = offset("refcnt");

    /** Unsigned 16 bits: segments of the frame; right in the first segment only. */
    public static final int NB_SEGS = offset("nb_segs");

    /** Unsigned 16 bits: the DPDK port that the frame came in by. */
    public static final int PORT = offset("port");

    /** 64 bits: offload flags, {@code RTE_MBUF_F_*}. */
    public static final int OL_FLAGS = offset("ol_flags");

    /** Unsigned 32 bits: bytes of the whole frame; right in the first segment only. */
    public static final int PKT_LEN = offset("pkt_len");

    /** Unsigned 16 bits: bytes of the frame in this segment. */
    public static final int DATA_LEN = offset("data_len");

    /** Unsigned 16 bits: size of the segment's buffer. */
    public static final int BUF_LEN = offset("buf_len");

    /** Pointer: the mempool of the segment. */
    public static final int POOL = offset("pool");

    /** Pointer: the next segment, or 0. */
    public static final int NEXT = offset("next");

    /** 64 bits: lengths of headers and of segments, as {@link TxOffload} reads them. */
    public static final int TX_OFFLOAD = offset("tx_offload");

    /** 64 bits that a receiver may write and no sender reads: what a frame is marked with. */
    public static final int HASH = offset("hash");

    /** Bytes of the structure. */
    public static final int SIZE = SHIM.field(LayoutTable.WHOLE).size();

    private MbufLayout() {}

    private static int offset(String name) {
        return SHIM.field(name).offset();
    }

    /** Throws a {@link DpdkException} unless shim, bindings and the loaded DPDK agree. */
    static void check() {
        final MethodHandle compiled = NativeLibrary.call("ipvane_dpdk_compiled_version", POINTER);
        final String version;
        try {
            version = Shim.string((long) compiled.invokeExact(), 32);
        } catch (Throwable t) {
            throw Shim.failed(t);
        }
        check(SHIM, LayoutTable.ofHeaders(SHIM.fields().keySet()), version, runningVersion());
    }

    /** The release of the DPDK that is loaded, for example "DPDK 22.11.11". */
    static String runningVersion() {
        return Dpdk.rte_version().getString(0);
    }

    /** The check itself, over any two witnesses and versions. */
    static void check(LayoutTable shim, LayoutTable headers, String compiled, String running) {
        if (!release(compiled).equals(release(running))) {
            throw new DpdkException(
                    "the C shim was compiled against "
                            + compiled
                            + " but "
                            + running
                            + " is loaded; rebuild it with: make build");
        }
        shim.fields()
                .forEach(
                        (name, field) -> {
                            final LayoutTable.Field other = headers.field(name);
                            if (!field.equals(other)) {
                                throw new DpdkException(
                                        disagreement(name, shim, field, headers, other));
                            }
                        });
    }

    private static String disagreement(
            String name,
            LayoutTable shim,
            LayoutTable.Field field,
            LayoutTable headers,
            LayoutTable.Field other) {
        return "rte_mbuf."
                + name
                + ": "
                + shim.witness()
                + " has offset "
                + field.offset()
                + " size "
                + field.size()
                + ", "
                + headers.witness()
                + " have offset "
                + other.offset()
                + " size "
                + other.size()
                + "; generate and build both from one DPDK: make bindings build";
    }

    /** Year and month of a release: within one, DPDK keeps its layouts. */
    private static String release(String version) {
        final String[] parts = version.split("[ .]", -1);
        return parts.length < 3 ? version : parts[1] + "." + parts[2];
    }
}
