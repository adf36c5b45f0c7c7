// SPDX-License-Identifier: Apache-2.0
package io.ipvane.testing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.ipvane.burst.Burst;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MemoryDeviceTest {
    private final Arena arena = Arena.ofConfined();
    private final MemoryPool pool = new MemoryPool(256, 256);
    private final MemoryDevice device = new MemoryDevice("wan0", Frames.OWN, pool);
    private final Burst burst = new Burst(arena);

    @AfterEach
    void shouldHoldNothingAfterClose() {
        device.close();
        pool.close();
        arena.close();
    }

    @Test
    void shouldReceiveWhatWasInjectedInOrderAndInBursts() {
        for (int i = 0; i < 70; i++) {
            device.inject(new byte[] {(byte) i}, new byte[] {1, 2});
        }
        assertEquals(64, device.receive(0, burst));
        assertEquals(64, burst.size);
        for (int i = 0; i < 64; i++) {
            assertArrayEquals(new byte[] {(byte) i, 1, 2}, pool.bytes(burst.mbuf(i)));
            assertEquals(1, burst.contiguous(i));
            assertEquals(3, burst.length(i));
            assertEquals(pool.data(burst.mbuf(i)), burst.data(i));
        }
        pool.free(burst.mbufs, 64);
        assertEquals(6, device.receive(0, burst));
        pool.free(burst.mbufs, 6);
        assertEquals(0, device.receive(0, burst));
        assertEquals(70, device.receivedFrames());
    }

    @Test
    void shouldKeepWhatItSendsAndRefuseWhatDoesNotFit() {
        device.capacity(3);
        inject(5);
        assertEquals(3, device.transmit(0, burst.mbufs, 5));
        assertEquals(0, device.transmit(0, burst.mbufs + 3 * 8, 2));
        pool.free(burst.mbufs + 3 * 8, 2);
        final List<byte[]> sent = device.transmitted();
        assertEquals(3, sent.size());
        assertArrayEquals(new byte[] {2}, sent.get(2));
        assertTrue(device.transmitted().isEmpty());
        assertEquals(3, device.transmittedFrames());
        assertEquals(4, device.refusedFrames());
        inject(4);
        assertEquals(3, device.transmit(0, burst.mbufs, 4), "room again, and freed by close");
        pool.free(burst.mbuf(3));
    }

    @Test
    void shouldBeAnEndlessSourceAndSink() {
        device.repeat(new byte[] {1}, new byte[] {2}, new byte[] {3});
        device.discardTransmitted(true);
        for (int round = 0; round < 100; round++) {
            assertEquals(64, device.receive(0, burst));
            assertArrayEquals(new byte[] {(byte) (round * 64 % 3 + 1)}, pool.bytes(burst.mbuf(0)));
            assertEquals(64, device.transmit(0, burst.mbufs, 64));
        }
        assertEquals(256, pool.available());
        assertEquals(6400, device.transmittedFrames());
    }

    @Test
    void shouldGiveAShortBurstWhenThePoolIsEmpty() {
        device.repeat(new byte[] {1});
        for (int i = 0; i < 4; i++) {
            assertEquals(64, device.receive(0, burst));
            assertEquals(64, device.transmit(0, burst.mbufs, 64));
        }
        assertEquals(0, device.receive(0, burst), "256 frames are out, none is left");
    }

    private void inject(int frames) {
        for (int i = 0; i < frames; i++) {
            device.inject(new byte[] {(byte) i});
        }
        assertEquals(frames, device.receive(0, burst));
    }
}
