// SPDX-License-Identifier: Apache-2.0
package io.ipvane.bench.latency;

import java.nio.ByteBuffer;
import java.util.ArrayList;
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
 * @param stalls when the generator itself stood still
 * @param late milliseconds with a late frame in them
 * @param histogram every frame; a lost one as late as was waited for it
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
        List<Span> stalls,
        List<Late> late,
        String histogram,
        ThreadTime lcore,
        ThreadTime generator,
        MachineTime machine) {
    /** From here on a frame is called late and its millisecond kept. */
    static final long LATE_NANOS = 20_000;

    static final long WINDOW_NANOS = 1_000_000;
    private static final int DIGITS = 3;

    /** A stretch of time. */
    public record Span(long start, long length) {
        long end() {
            return start + length;
        }

        boolean meets(long from, long to) {
            return start < to && from < end();
        }
    }

    /**
     * A millisecond in which late frames were due.
     *
     * @param offset of its begin
     * @param worst of its frames
     * @param frames how many were late
     */
    public record Late(long offset, long worst, int frames) {}

    /** Reads what a run has left. */
    static Measurement of(
            Phase phase,
            FrameClock.Raw raw,
            ThreadTime lcore,
            ThreadTime generator,
            MachineTime machine) {
        final long end = System.nanoTime();
        final List<Span> stalls = new ArrayList<>();
        for (int i = 0; i < raw.stallsKept(); i++) {
            stalls.add(new Span(raw.stallStart(i), raw.stallLength(i)));
        }
        final Histogram histogram = empty();
        final LateFrames late = new LateFrames();
        final int frames = Math.toIntExact(raw.sent());
        final double period = phase.rate() == 0 ? 0 : 1e9 / phase.rate();
        long due = 0;
        for (int i = 0; i < frames; i++) {
            final long latency = raw.latency(i);
            final long counted = latency == 0 ? FrameClock.PATIENCE_NANOS : latency;
            histogram.recordValue(counted);
            if (period > 0) {
                due = (long) (i * period);
            }
            late.add(due, counted);
            // One in flight: the next was due when this one was back, within some nanoseconds.
            due += counted;
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
                stalls,
                late.windows(),
                encode(histogram),
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

    /** The distribution of all frames. */
    Histogram decoded() {
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
