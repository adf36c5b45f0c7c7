// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.device.Device;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Which lcore serves which queues of which devices, also while they run: a device may come and go
 * between two turns. Every rx queue gets exactly one lcore, that with the fewest; every
 * transmitting lcore its own tx queue of every device.
 *
 * <p>Changed by one thread, which starts and changes the switch; {@link #device} and {@link
 * #queueNames} by any.
 */
final class Wiring {
    private record Receiving(int lcore, Receiver receiver, List<RxQueue> queues) {}

    private record Transmitting(int lcore, Transmitter transmitter) {}

    private final ThreadTopology topology;
    private final List<LcoreAgent> agents;
    private final AtomicReferenceArray<Device> devices;
    private final List<Receiving> receivers = new ArrayList<>();
    private final List<Transmitting> transmitters = new ArrayList<>();

    /**
     * @param agents by their place in the topology; may be filled later than this is made
     * @param ports how many devices there may be
     */
    Wiring(ThreadTopology topology, List<LcoreAgent> agents, int ports) {
        this.topology = topology;
        this.agents = agents;
        this.devices = new AtomicReferenceArray<>(ports);
    }

    /** One more receiver, run by the lcore at this place. */
    void add(int lcore, Receiver receiver) {
        receivers.add(new Receiving(lcore, receiver, new CopyOnWriteArrayList<>()));
    }

    /** The queues that the lcore at this place takes from; null where it takes from none. */
    RxQueues queues(int lcore) {
        return receivers.stream()
                .filter(each -> each.lcore == lcore)
                .map(each -> each.receiver.queues())
                .findFirst()
                .orElse(null);
    }

    /** One more transmitter, run by the lcore at this place; its tx queue is its number. */
    void add(int lcore, Transmitter transmitter) {
        transmitters.add(new Transmitting(lcore, transmitter));
    }

    /** Number of transmitters so far. */
    int transmitters() {
        return transmitters.size();
    }

    /** The place of the lcore that runs a transmitter, by its number. */
    int transmitting(int number) {
        return transmitters.get(number).lcore;
    }

    /**
     * Serves a device from the next turn of each lcore on. The snapshot in force knows its port.
     *
     * @throws IllegalArgumentException where it has too few queues, or the port too high an index
     */
    void attach(int port, Device device) {
        if (port >= devices.length()) {
            throw new IllegalArgumentException(
                    "'"
                            + device.name()
                            + "' would be device "
                            + (port + 1)
                            + "; there can be "
                            + devices.length()
                            + " uplinks, host ports and ports");
        }
        if (device.txQueues() < transmitters.size()) {
            throw new IllegalArgumentException(tooFewQueues(device));
        }
        devices.set(port, device);
        for (Transmitting each : transmitters) {
            final TxBuffer buffer = each.transmitter.prepare(port, device);
            run(each.lcore, () -> each.transmitter.attach(buffer));
        }
        startReceiving(port);
    }

    /** Takes frames from all rx queues of a device that are not polled yet. */
    void startReceiving(int port) {
        final Device device = devices.get(port);
        for (int queue = 0; queue < device.rxQueues(); queue++) {
            final RxQueue one = new RxQueue(device, queue, port);
            if (receivers.stream().noneMatch(each -> each.queues.contains(one))) {
                final Receiving least =
                        receivers.stream()
                                .min(Comparator.comparingInt(r -> r.queues.size()))
                                .orElseThrow();
                final PolledQueue polled = new PolledQueue(one);
                run(least.lcore, () -> least.receiver.queues().add(polled));
                least.queues.add(one);
            }
        }
    }

    /**
     * Polls the rx queues of one port as those of another from the next turn of each lcore on: both
     * ports share a device, which no lcore leaves alone meanwhile.
     */
    void handOver(int from, int to) {
        final Device device = devices.get(to);
        for (Receiving each : polling(from)) {
            final List<PolledQueue> taken =
                    of(from, each).stream()
                            .map(queue -> new PolledQueue(new RxQueue(device, queue.queue(), to)))
                            .toList();
            run(
                    each.lcore,
                    () -> {
                        of(from, each).forEach(each.receiver.queues()::remove);
                        taken.forEach(each.receiver.queues()::add);
                    });
            each.queues.replaceAll(
                    queue -> queue.port() == from ? new RxQueue(device, queue.queue(), to) : queue);
        }
    }

    /**
     * No frame is taken from a device once this has returned; frames taken before may be on their
     * way for an epoch yet.
     */
    void stopReceiving(int port) {
        for (Receiving each : polling(port)) {
            final List<RxQueue> gone = of(port, each);
            run(each.lcore, () -> gone.forEach(each.receiver.queues()::remove));
            each.queues.removeAll(gone);
        }
    }

    private static List<RxQueue> of(int port, Receiving receiving) {
        return receiving.queues.stream().filter(queue -> queue.port() == port).toList();
    }

    private List<Receiving> polling(int port) {
        return receivers.stream()
                .filter(each -> each.queues.stream().anyMatch(queue -> queue.port() == port))
                .toList();
    }

    /** Nothing of a device is used once this has returned: it may be closed. */
    void detach(int port) {
        stopReceiving(port);
        for (Transmitting each : transmitters) {
            run(each.lcore, () -> each.transmitter.detach(port));
        }
        devices.set(port, null);
    }

    /**
     * A change is noted once this returns: an lcore that does not come to it polls what it polled.
     */
    private void run(int lcore, Runnable task) {
        agents.get(lcore).execute(task);
    }

    /** The device of a port, or null. */
    Device device(int port) {
        return port < devices.length() ? devices.get(port) : null;
    }

    /** The rx queues that an lcore polls. */
    List<String> queueNames(int lcore) {
        return receivers.stream()
                .filter(each -> each.lcore == lcore)
                .flatMap(each -> each.queues.stream())
                .map(RxQueue::name)
                .toList();
    }

    private String tooFewQueues(Device device) {
        return "threads.plan="
                + topology.plan().key()
                + " needs "
                + topology.transmitters()
                + " tx queues on '"
                + device.name()
                + "', which has "
                + device.txQueues()
                + "; name fewer lcores or use plan shared";
    }
}
