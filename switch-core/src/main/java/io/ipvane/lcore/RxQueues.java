// SPDX-License-Identifier: Apache-2.0
package io.ipvane.lcore;

import io.ipvane.burst.HotPath;
import io.ipvane.device.Device;
import io.ipvane.linux.ReadySet;
import java.util.Arrays;

/**
 * The rx queues of one lcore, and which of them a turn asks. A queue that speaks is asked each
 * turn. One that was silent for {@value #SILENCES} turns is not: where a descriptor tells of its
 * frames it is awaited, which costs one system call however many they are. Where nothing tells it
 * rests: it is asked in turns in which nobody spoke, and else every now and then.
 *
 * <p>No frame is left lying: a queue is awaited only once it was found empty, all that comes
 * afterwards is told of, and whoever is told of is asked before it is awaited again.
 *
 * <p>Owned by the lcore that receives.
 */
@HotPath
final class RxQueues {
    /** Turns without a frame after which a queue is not asked each turn any more. */
    static final int SILENCES = 32;

    /**
     * While others speak: how often awaited queues are looked at, and some that rest are asked. So
     * many turns as take about as long, because a look at the clock is dear to a short turn.
     */
    static final long LOOK_NANOS = 20_000;

    /** The most turns from one look to the next. */
    static final int LOOK_TURNS = 32;

    /** How many of those that rest are asked at once while others speak. */
    static final int VISITS = 16;

    private static final int FEW = 8;

    /** Null: no descriptor is watched. */
    private ReadySet ready;

    /** By {@link PolledQueue#place}; null where there is none. */
    private PolledQueue[] places = new PolledQueue[FEW];

    private int count;

    /** Those that are not awaited: from 0 those that speak, from {@link #speaking} that rest. */
    private PolledQueue[] asked = new PolledQueue[FEW];

    private int speaking;
    private int end;

    /** Of those that rest: the first that this turn asks, and how many from there on. */
    private int cursor;

    private int visits;

    /** The first that will be asked next. */
    private int next;

    /** Somebody who spoke was silent for long enough. */
    private boolean anySilent;

    /** Somebody who rested spoke. */
    private boolean anyWoken;

    private boolean spoken;

    /** The time of the last look, turns to the next one, and how many that were. */
    private long looked;

    private int turnsLeft;
    private int turns = 1;

    /**
     * Watches the descriptors of all queues, also of those that come; null ends that. While the
     * lcore does not run.
     */
    void watch(ReadySet now) {
        ready = null;
        for (PolledQueue queue : places) {
            if (queue != null) {
                ask(queue);
            }
        }
        ready = now;
        for (PolledQueue queue : places) {
            if (queue != null) {
                watch(queue);
            }
        }
    }

    private void watch(PolledQueue queue) {
        queue.isWatched =
                ready != null
                        && queue.descriptor != Device.TOLD_BY_NOTHING
                        && ready.add(queue.descriptor, queue.place);
    }

    /** One queue more, which is asked in the next turn. */
    void add(PolledQueue queue) {
        int place = 0;
        while (place < places.length && places[place] != null) {
            place++;
        }
        if (place == places.length) {
            places = Arrays.copyOf(places, 2 * places.length);
            asked = Arrays.copyOf(asked, 2 * asked.length);
        }
        places[place] = queue;
        queue.place = place;
        count++;
        asked[end++] = queue;
        queue.isAwaited = false;
        speak(end - 1);
        watch(queue);
    }

    /** Takes a queue away; no harm where it is none of them. */
    void remove(RxQueue of) {
        for (PolledQueue queue : places) {
            if (queue != null && queue.of.equals(of)) {
                remove(queue);
                return;
            }
        }
    }

    private void remove(PolledQueue queue) {
        if (queue.isWatched) {
            ready.remove(queue.descriptor);
        }
        if (!queue.isAwaited) {
            drop(indexOf(queue));
        }
        places[queue.place] = null;
        count--;
        visits = 0;
    }

    private int indexOf(PolledQueue queue) {
        int at = 0;
        while (asked[at] != queue) {
            at++;
        }
        return at;
    }

    /** Takes one out of {@link #asked}. */
    private void drop(int at) {
        final int gap = at < speaking ? rest(at) : at;
        asked[gap] = asked[--end];
        asked[end] = null;
    }

    /** One that spoke rests; says where it is now. */
    private int rest(int at) {
        final PolledQueue queue = asked[at];
        queue.rests = true;
        asked[at] = asked[--speaking];
        asked[speaking] = queue;
        return speaking;
    }

    /** One that rested, or that was put behind those that do, speaks. */
    private void speak(int at) {
        final PolledQueue queue = asked[at];
        queue.rests = false;
        queue.silences = 0;
        asked[at] = asked[speaking];
        asked[speaking++] = queue;
    }

    /** One is asked in the next turn, whatever it was. */
    private void ask(PolledQueue queue) {
        if (queue.isAwaited) {
            queue.isAwaited = false;
            asked[end++] = queue;
            speak(end - 1);
        }
        queue.silences = 0;
    }

    /** Whether every frame that comes from now on is told of: nobody need be asked. */
    boolean allAwaited() {
        return end == 0;
    }

    /** Begins a turn; says how many queues it asks, by {@link #get}. */
    int begin() {
        if (speaking < count || anySilent) {
            look();
        }
        return speaking + visits;
    }

    /** A queue that this turn asks, from 0; {@link #spoke} or {@link #silent} follows. */
    PolledQueue get(int i) {
        if (i < speaking) {
            return asked[i];
        }
        final int resting = end - speaking;
        final int at = cursor + i - speaking;
        return asked[speaking + (at < resting ? at : at - resting)];
    }

    /** It gave frames. */
    void spoke(PolledQueue queue) {
        queue.silences = 0;
        spoken = true;
        if (queue.rests) {
            anyWoken = true;
        }
    }

    /** It gave none. */
    void silent(PolledQueue queue) {
        if (++queue.silences == SILENCES) {
            anySilent = true;
        }
    }

    private void look() {
        final boolean busy = spoken;
        spoken = false;
        if (anyWoken) {
            welcome();
        }
        if (busy && --turnsLeft > 0) {
            visits = 0;
            return;
        }
        pace(busy);
        if (anySilent) {
            retire();
        }
        if (end < count && take() == ReadySet.MOST) {
            turnsLeft = 1;
        }
        visit(busy);
    }

    /**
     * Chooses when to look again, by how long the turns since the last look took; from one turn on
     * after a silence, as nobody knows how long turns will be.
     */
    private void pace(boolean busy) {
        final long now = System.nanoTime();
        final long took = now - looked;
        looked = now;
        if (!busy) {
            turns = 1;
        } else if (took > LOOK_NANOS) {
            turns = (int) Math.max(1, turns * LOOK_NANOS / took);
        } else if (took < LOOK_NANOS / 2) {
            turns = Math.min(2 * turns, LOOK_TURNS);
        }
        turnsLeft = turns;
    }

    /** Those that rested and spoke are asked each turn again. */
    private void welcome() {
        anyWoken = false;
        for (int i = speaking; i < end; i++) {
            if (asked[i].silences == 0) {
                speak(i);
            }
        }
    }

    /** Those that were silent for long are awaited, if that can be, and else rest. */
    private void retire() {
        anySilent = false;
        for (int i = speaking - 1; i >= 0; i--) {
            final PolledQueue queue = asked[i];
            if (queue.silences < SILENCES) {
                continue;
            }
            if (!queue.isWatched) {
                rest(i);
            } else if (queue.device.isDrained(queue.queue)) {
                queue.isAwaited = true;
                drop(i);
            } else {
                anySilent = true;
            }
        }
    }

    /** Asks those that the descriptors tell of; says how many these were. */
    private int take() {
        final int told = ready.take();
        for (int i = 0; i < told; i++) {
            final PolledQueue queue = places[ready.place(i)];
            if (queue != null) {
                ask(queue);
            }
        }
        return told;
    }

    /** Chooses whom of those that rest this turn asks. */
    private void visit(boolean busy) {
        final int resting = end - speaking;
        cursor = next < resting ? next : 0;
        visits = busy ? Math.min(resting, VISITS) : resting;
        next = cursor + visits < resting ? cursor + visits : cursor + visits - resting;
    }
}
