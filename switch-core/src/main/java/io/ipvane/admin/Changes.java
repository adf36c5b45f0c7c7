// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.http.Status;
import io.ipvane.config.ConfigEdit;
import io.ipvane.config.ConfigException;
import io.ipvane.config.SwitchConfig;
import io.ipvane.config.UnknownElementException;
import io.ipvane.control.view.ChangeRefusedException;
import io.ipvane.control.view.ConfigTarget;
import io.ipvane.control.view.ConfigTarget.Running;
import io.ipvane.control.view.ConfigTarget.Wish;
import io.ipvane.control.view.StaleRevisionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The one way by which requests change the switch: edit what it works by, hand it over, and where
 * somebody else was faster, again from the start. Any thread.
 */
final class Changes {
    /** Somebody must make a change in between each time for all of these to fail. */
    private static final int ATTEMPTS = 16;

    /** Changes wait for each other anyway; more would only hold more memory. */
    private static final int AT_ONCE = 2;

    /** More who wait for their turn would not get it in time. */
    private static final int WAITING = 16;

    private static final long PATIENCE_SECONDS = 5;

    private final Semaphore turns = new Semaphore(AT_ONCE, true);
    private final ConfigTarget target;
    private final boolean allowed;

    /**
     * What a change did.
     *
     * @param before the configuration that it was made to
     * @param after what the switch works by now, or would
     */
    record Done(SwitchConfig before, SwitchConfig after) {}

    /**
     * @param allowed false: every change is refused
     */
    Changes(ConfigTarget target, boolean allowed) {
        this.target = target;
        this.allowed = allowed;
    }

    /** What the switch works by now. */
    SwitchConfig running() {
        return target.running().config();
    }

    /**
     * To be called before anything of a change is read.
     *
     * @throws ProblemException 403 where changes are not allowed here
     */
    void mustBeAllowed() {
        if (!allowed) {
            throw new ProblemException(
                    Status.FORBIDDEN_403,
                    "changes are taken over a unix socket only, where the kernel says who may"
                            + " connect; use the admin socket");
        }
    }

    /**
     * Carries out a request that changes something, once its body is there: nobody's turn waits for
     * a client.
     *
     * @throws ProblemException 503 where too many wait
     */
    Answer inTurn(Supplier<Answer> request) {
        if (turns.getQueueLength() >= WAITING) {
            throw busy(WAITING + " other changes wait; ask again");
        }
        try {
            if (!turns.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw busy("other changes are under way; ask again");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw busy("the admin interface is stopping");
        }
        try {
            return request.get();
        } finally {
            turns.release();
        }
    }

    /**
     * Makes a change.
     *
     * @param precondition looks at what the change would be made to, each time anew
     * @param hasBody whether the request could be wrong in itself
     * @param dryRun only checks
     * @param wish what else is asked for; it may be something without a change
     * @throws ProblemException 404, 409, 412, 422 or 503
     */
    Done make(
            Consumer<SwitchConfig> precondition,
            ConfigEdit edit,
            boolean hasBody,
            boolean dryRun,
            Wish wish) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            final Running running = target.running();
            final SwitchConfig before = running.config();
            try {
                precondition.accept(before);
                final SwitchConfig next = edit.applyTo(before);
                return new Done(
                        before,
                        dryRun || (next.equals(before) && wish.equals(Wish.NOTHING))
                                ? next
                                : target.apply(next, running.revision(), wish).config());
            } catch (StaleRevisionException e) {
                Thread.onSpinWait();
            } catch (ConfigException e) {
                throw Refusals.of(e, hasBody);
            } catch (ChangeRefusedException e) {
                throw Refusals.of(e);
            } catch (UnknownElementException e) {
                throw ProblemException.notFound(e.getMessage());
            }
        }
        throw busy("the configuration changed " + ATTEMPTS + " times meanwhile; ask again");
    }

    private static ProblemException busy(String sentence) {
        return new ProblemException(Status.SERVICE_UNAVAILABLE_503, sentence);
    }
}
