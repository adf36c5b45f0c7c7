// SPDX-License-Identifier: Apache-2.0
package io.ipvane.dpdk;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.ipvane.memory.NativeLibrary;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("dpdk")
class MbufLayoutTest {
    private static final String RELEASE = "DPDK 22.11.11";
    private static LayoutTable shim;

    @BeforeAll
    static void load() {
        TestEal.requireShim();
        NativeLibrary.require();
        shim = LayoutTable.ofShim("ipvane_mbuf_layout");
    }

    @Test
    void shouldFindShimBindingsAndLoadedDpdkInAgreement() {
        assertDoesNotThrow(() -> MbufLayout.check());
        assertEquals(128, MbufLayout.SIZE);
        assertEquals(14, shim.fields().size());
    }

    @Test
    void shouldRefuseToStartWhenAFieldHasMoved() {
        final Map<String, LayoutTable.Field> moved = new HashMap<>(shim.fields());
        moved.put("next", new LayoutTable.Field(8, 8));
        final DpdkException refusal =
                assertThrows(
                        DpdkException.class,
                        () ->
                                MbufLayout.check(
                                        shim,
                                        new LayoutTable("the generated bindings", moved),
                                        RELEASE,
                                        RELEASE));
        assertEquals(
                "rte_mbuf.next: the C shim has offset 64 size 8, the generated bindings have"
                        + " offset 8 size 8; generate and build both from one DPDK:"
                        + " make bindings build",
                refusal.getMessage());
    }

    @Test
    void shouldRefuseToStartWhenAFieldIsMissing() {
        final Map<String, LayoutTable.Field> fewer = new HashMap<>(shim.fields());
        fewer.remove("pkt_len");
        final DpdkException refusal =
                assertThrows(
                        DpdkException.class,
                        () ->
                                MbufLayout.check(
                                        shim,
                                        new LayoutTable("the generated bindings", fewer),
                                        RELEASE,
                                        RELEASE));
        assertEquals(
                "rte_mbuf.pkt_len is unknown to the generated bindings; rebuild it with: make build",
                refusal.getMessage());
    }

    @Test
    void shouldRefuseToStartWhenAnotherReleaseOfDpdkIsLoaded() {
        final DpdkException refusal =
                assertThrows(
                        DpdkException.class,
                        () -> MbufLayout.check(shim, shim, RELEASE, "DPDK 24.11.2"));
        assertEquals(
                "the C shim was compiled against DPDK 22.11.11 but DPDK 24.11.2 is loaded;"
                        + " rebuild it with: make build",
                refusal.getMessage());
    }

    @Test
    void shouldAcceptAnotherStableReleaseOfTheSameDpdk() {
        assertDoesNotThrow(() -> MbufLayout.check(shim, shim, RELEASE, "DPDK 22.11.4"));
    }
}
