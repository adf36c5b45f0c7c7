// SPDX-License-Identifier: Apache-2.0
package io.ipvane.device;

import io.ipvane.burst.Burst;
import io.ipvane.burst.DropReason;
import io.ipvane.burst.FramePool;
import io.ipvane.burst.HotPath;
import io.ipvane.ipvlan.IpvlanDrop;
import io.ipvane.macnat.FromGuest;
import io.ipvane.macnat.GuestMac;
import io.ipvane.macnat.ToGuest;
import io.ipvane.macnat.UplinkMac;

/**
 * A device behind which a guest has a MAC address of its own, seen from the switch: everything has
 * the uplink's (spec TX-6, {@code io.ipvane.macnat}). What does not come from a MAC address that is
 * configured is dropped as {@code antispoof}.
 */
@HotPath
public final class NatDevice implements Device {
    private final Device inner;
    private final UplinkMac uplinkMac;
    private final FromGuest[] fromGuest;
    private final ToGuest toGuest;

    /**
     * Takes over a device: it is closed with this one.
     *
     * @param guest the guest's address; who notices that the guest is gone resets it
     * @param uplinkMac what everybody else is to see
     * @param pool of the device's frames
     */
    public NatDevice(Device inner, GuestMac guest, UplinkMac uplinkMac, FramePool pool) {
        this.inner = inner;
        this.uplinkMac = uplinkMac;
        fromGuest = new FromGuest[inner.rxQueues()];
        for (int queue = 0; queue < fromGuest.length; queue++) {
            fromGuest[queue] = new FromGuest(guest, uplinkMac, pool);
        }
        toGuest = new ToGuest(guest, uplinkMac, pool);
    }

    @Override
    public String name() {
        return inner.name();
    }

    @Override
    public int rxQueues() {
        return inner.rxQueues();
    }

    @Override
    public int txQueues() {
        return inner.txQueues();
    }

    @Override
    public int receive(int queue, Burst burst) {
        return inner.receive(queue, burst) == 0 ? 0 : fromGuest[queue].translate(burst);
    }

    @Override
    public int toldBy(int queue) {
        return inner.toldBy(queue);
    }

    @Override
    public boolean isDrained(int queue) {
        return inner.isDrained(queue);
    }

    /** Sends frames; see {@link Device#transmit}. One that is refused may be offered again. */
    @Override
    public int transmit(int queue, long mbufs, int count) {
        toGuest.translate(mbufs, count);
        return inner.transmit(queue, mbufs, count);
    }

    @Override
    public long transmitLost() {
        return inner.transmitLost();
    }

    @Override
    public long dropped(DropReason reason) {
        return inner.dropped(reason) + (reason == IpvlanDrop.ANTISPOOF ? refused() : 0);
    }

    @Override
    public ReceiveLosses receiveLosses() {
        return inner.receiveLosses();
    }

    private long refused() {
        long sum = 0;
        for (final FromGuest queue : fromGuest) {
            sum += queue.refused();
        }
        return sum;
    }

    /** That of the uplink, as every port has it. */
    @Override
    public long mac() {
        return uplinkMac.get();
    }

    @Override
    public int mtu() {
        return inner.mtu();
    }

    @Override
    public int maxMtu() {
        return inner.maxMtu();
    }

    @Override
    public void setMtu(int bytes) {
        inner.setMtu(bytes);
    }

    @Override
    public void reopen(int bytes) {
        inner.reopen(bytes);
    }

    @Override
    public boolean linkUp() {
        return inner.linkUp();
    }

    @Override
    public void close() {
        inner.close();
    }
}
