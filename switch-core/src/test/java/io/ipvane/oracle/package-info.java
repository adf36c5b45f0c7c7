// SPDX-License-Identifier: Apache-2.0
/**
 * The live oracle: the same frames into the ipvlan of a real kernel, which runs in a virtual
 * machine, and into ipvane under {@code compat: kernel}; what each receiver saw is compared, and
 * what differs must be one of the {@link io.ipvane.oracle.Deviation deviations} of {@code
 * docs/deviations.md}.
 *
 * <p>Cases are the frames of {@link io.ipvane.testing.KernelAnswers} and any number drawn by {@link
 * io.ipvane.oracle.FrameGenerator} from a seed. The half that runs in the guest is {@code
 * src/test/vm/oracle/inside}. Not here: the answers that were recorded once, which {@code
 * golden.KernelReplayTest} replays without a guest.
 */
package io.ipvane.oracle;
