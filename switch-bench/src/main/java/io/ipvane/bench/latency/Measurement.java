// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/**
 * What one phase has shown. Times in nanoseconds; offsets count from {@code start}, and a frame
 * stands at the time at which it was due.
 *
 * @param start System.nanoTime() of the first frame
 * @param nanos from the first frame to the end
 * @param strangers frames that were not ours, or came twice
 * @param backPressure how often the link did not take a frame at once
 * @param stallCount how often the generator itself stood still
 * @param late milliseconds with a late frame in them
 * @param histogram every frame; a lost one as late as was waited for it
 * @param quiet those of them that nobody from outside disturbed: see {@link QuietTime}
 * @param lcore CPU time of the switch's thread
 * @param generator CPU time of the generator's thread
 * @param machine CPU time of everybody else
 */
public record Measurement(
        Phase phase,
        long start,
        long nanos,
        long sent,
        long received,
        long strangers,
        long backPressure,
        long stallCount,
        List<Late> late,
        String histogram,
        String quiet,
        ThreadTime lcore,
        ThreadTime generator,
        MachineTime machine) {
    /** From here on a frame is called late and its millisecond kept. */
    static final long LATE_NANOS = 20_000;

    static final long WINDOW_NANOS = 1_000_000;
    private static final int DIGITS = 3;

    /**
     * A millisecond in which late frames were due.
     *
     * @param offset of its begin
     * @param worst of its frames
     * @param frames how many were late
     * @param who had one of the CPUs for longest instead of its owner; empty: nobody
     */
    public record Late(long offset, long worst, int frames, String who) {}

    /** Reads what a run has left. */
    static Measurement of(
            Phase phase,
            FrameClock.Raw raw,
            List<Intruder> onGenerator,
            List<Intruder> onSwitch,
            ThreadTime lcore,
            ThreadTime generator,
            MachineTime machine) {
        final long end = System.nanoTime();
        final Histogram all = empty();
        final Histogram quiet = empty();
        final List<Intruder> stalls = raw.stalls(LATE_NANOS / 2);
        final QuietTime quietTime = new QuietTime(onGenerator, onSwitch, stalls);
        final LateFrames late = new LateFrames(onGenerator, onSwitch, stalls);
        final int frames = Math.toIntExact(raw.sent());
        for (int i = 0; i < frames; i++) {
            final long due = raw.due(i);
            final long latency = raw.latency(i);
            final long counted = latency == 0 ? FrameClock.PATIENCE_NANOS : latency;
            all.recordValue(counted);
            if (quietTime.has(due, counted)) {
                quiet.recordValue(counted);
            }
            late.add(due, counted);
        }
        return new Measurement(
                phase,
                raw.start(),
                end - raw.start(),
                raw.sent(),
                raw.received(),
                raw.strangers(),
                raw.backPressure(),
                raw.stallCount(),
                late.windows(),
                encode(all),
                encode(quiet),
                lcore,
                generator,
                machine);
    }

    /** An empty one, exact to three digits. */
    static Histogram empty() {
        final Histogram histogram = new Histogram(DIGITS);
        histogram.setAutoResize(true);
        return histogram;
    }

    /** Whether other programs left the CPUs to this one. */
    boolean undisturbed() {
        return machine.quietFor(nanos);
    }

    /** A distribution from its form here. */
    static Histogram decode(String histogram) {
        try {
            return Histogram.decodeFromCompressedByteBuffer(
                    ByteBuffer.wrap(Base64.getDecoder().decode(histogram)), 0);
        } catch (DataFormatException e) {
            throw new IllegalStateException("a result file is damaged", e);
        }
    }

    static String encode(Histogram histogram) {
        final ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        final int length = histogram.encodeIntoCompressedByteBuffer(bytes);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length));
    }
}
