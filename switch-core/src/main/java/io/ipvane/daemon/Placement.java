// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.control.Command;
import io.ipvane.control.ControlPlane;
import io.ipvane.counters.Counters;
import io.ipvane.daemon.Units.Leaving;
import io.ipvane.daemon.Units.Placed;
import io.ipvane.device.Device;
import io.ipvane.lcore.TopologyRunner;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts open units in their places while the switch forwards, and takes them out again.
 *
 * <p>A unit comes in this order: the conductor knows it, lcores serve it, its addresses lead to it,
 * its interface is watched. It goes in the reverse order, in two halves. The first half may be
 * refused, and then the unit is as it was. After that the unit belongs to no configuration any
 * more; what is left to do, to wait for the lcores and to close its device, is done at once or,
 * where that fails, before the next unit comes. Used by the thread that changes the switch.
 */
final class Placement {
    private static final Logger LOG = LoggerFactory.getLogger(Placement.class);

    private final Units units;
    private final ControlPlane control;
    private final TopologyRunner topology;
    private final Counters counters;
    private final InterfaceWatch watch;
    private final PortEndpoints endpoints;

    Placement(
            Units units,
            ControlPlane control,
            TopologyRunner topology,
            Counters counters,
            InterfaceWatch watch,
            PortEndpoints endpoints) {
        this.units = units;
        this.control = control;
        this.topology = topology;
        this.counters = counters;
        this.watch = watch;
        this.endpoints = endpoints;
    }

    /**
     * Puts an open unit in its place, or closes it where that cannot be done.
     *
     * @param add tells the conductor, and says the index that it gave
     * @param served is done when lcores serve it, before its interface is watched
     */
    Placed place(Unit unit, IntSupplier add, IntConsumer served) {
        final int index;
        try {
            // An index that is free again may be used by lcores yet.
            finishRemovals();
            index = add.getAsInt();
        } catch (RuntimeException | Error e) {
            unit.close();
            throw e;
        }
        final Placed placed = new Placed(index, unit);
        try {
            counters.restart(index);
            serve(placed, served);
        } catch (RuntimeException | Error e) {
            units.leaving.add(new Leaving(placed, false));
            try {
                finishRemovals();
            } catch (RuntimeException later) {
                e.addSuppressed(later);
            }
            throw e;
        }
        return placed;
    }

    private void serve(Placed placed, IntConsumer served) {
        final int index = placed.index();
        final Unit unit = placed.unit();
        endpoints.put(index, unit);
        if (unit.place().isShared()) {
            // An lcore that gets frames of it must not work by a snapshot without it.
            control.settle();
            unit.place().take(index);
        }
        topology.attach(index, unit.device());
        served.accept(index);
        watch(placed);
    }

    /**
     * Takes the device of an uplink out of its place, which waits for another, and closes it. Where
     * this throws, it may be called again.
     */
    void vacate(Placed gone) {
        finishRemovals();
        stop(gone);
        control.put(new Command.UplinkLink(gone.index(), false));
        control.settle();
        topology.detach(gone.index());
        gone.unit().close();
        units.uplinks.values().stream()
                .filter(left -> left.index() != gone.index())
                .forEach(left -> topology.startReceiving(left.index()));
    }

    /** Puts another device in the place of an uplink that was vacated, or closes it. */
    void fill(Placed placed) {
        try {
            serve(placed, index -> {});
        } catch (RuntimeException | Error e) {
            try {
                vacate(placed);
            } catch (RuntimeException later) {
                e.addSuppressed(later);
            }
            throw e;
        }
    }

    /**
     * Takes uplinks that share a device out of their places, and puts them back when some work at
     * the device is done: no lcore uses it meanwhile, and their ports have no link.
     *
     * @throws RuntimeException as the work did; the uplinks are in their places all the same
     */
    void pause(List<Placed> sharing, Runnable work) {
        finishRemovals();
        try {
            sharing.forEach(this::stop);
            sharing.forEach(each -> control.put(new Command.UplinkLink(each.index(), false)));
            control.settle();
            sharing.forEach(each -> topology.detach(each.index()));
            work.run();
        } finally {
            for (Placed each : sharing) {
                serve(each, index -> {});
                control.put(new Command.UplinkLink(each.index(), each.unit().device().linkUp()));
            }
        }
    }

    private void watch(Placed placed) {
        placed.unit()
                .at()
                .ifPresent(
                        at ->
                                watch.watch(
                                        new InterfaceWatch.Watched(
                                                at, placed.index(), placed.unit().tap())));
    }

    /**
     * Takes a unit out of its place; {@link #finishRemovals} closes its device. Where this throws,
     * the unit is in its place as before; or, if that could not be had either, {@code broken} is
     * run.
     */
    void remove(Placed gone, Runnable broken) {
        try {
            takeOut(gone);
        } catch (RuntimeException | Error e) {
            try {
                putBack(gone);
            } catch (RuntimeException again) {
                e.addSuppressed(again);
                broken.run();
            }
            throw e;
        }
        units.leaving.add(new Leaving(gone, true));
    }

    /** The first half; each step is done already or does no harm the second time. */
    private void takeOut(Placed gone) {
        stop(gone);
        control.remove(gone.index());
    }

    private void stop(Placed gone) {
        final int index = gone.index();
        gone.unit().at().ifPresent(at -> watch.unwatch(at, index));
        gone.unit()
                .place()
                .leave()
                .flatMap(this::indexOf)
                .ifPresent(heir -> topology.handOver(index, heir));
        topology.stopReceiving(index);
        endpoints.remove(index);
    }

    private Optional<Integer> indexOf(Device uplink) {
        return units.uplinks.values().stream()
                .filter(placed -> placed.unit().device() == uplink)
                .map(Placed::index)
                .findFirst();
    }

    private void putBack(Placed kept) {
        endpoints.put(kept.index(), kept.unit());
        if (kept.unit().place().isShared()) {
            kept.unit().place().take(kept.index());
        }
        topology.startReceiving(kept.index());
        watch(kept);
    }

    /**
     * The second half of all removals so far: waits until no lcore can use the devices, and closes
     * them.
     *
     * @throws RuntimeException where that takes too long; what is left is done the next time
     */
    void finishRemovals() {
        while (!units.leaving.isEmpty()) {
            final Placed gone = units.leaving.getFirst().placed();
            try {
                if (!units.leaving.getFirst().takenOut()) {
                    takeOut(gone);
                }
                control.settle();
                topology.detach(gone.index());
            } catch (RuntimeException e) {
                LOG.warn(
                        "event=removal_unfinished device={} reason=\"{}\"",
                        gone.unit().device().name(),
                        e.getMessage());
                throw e;
            }
            gone.unit().close();
            units.leaving.removeFirst();
            // Rx queues that it had alone may be those of another uplink on its device now.
            units.uplinks.values().forEach(left -> topology.startReceiving(left.index()));
        }
    }
}
