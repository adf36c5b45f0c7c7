// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.config.SwitchConfig;
import io.ipvane.control.view.ChangeRefusedException;
import io.ipvane.control.view.ConfigTarget;
import io.ipvane.control.view.StaleRevisionException;
import io.ipvane.control.view.StatusUnavailableException;
import io.ipvane.dpdk.DpdkException;
import io.ipvane.lcore.LcoreBusyException;
import io.ipvane.linux.Errno;
import io.ipvane.linux.LinuxException;
import io.ipvane.socket.SocketFileException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From one configuration to the next while the switch forwards: works out the difference and does
 * it in steps, or where a step fails undoes those before it. The start is a change from a switch
 * without uplinks, so there is one way for the file, REST and the command line.
 *
 * <p>A change is planned whole ({@link ChangePlan}) and checked whole ({@link ChangeCheck}) before
 * its first step ({@link ChangeRun}), and devices are opened before others go for them. So a step
 * fails seldom. Where it does, the way back is a plan as well: from what stands then to the running
 * configuration. Where that cannot be done whole either, something of the running configuration is
 * absent or amiss, and the next change, whatever it is, puts that right.
 *
 * <p>One change at a time, on the thread that asks.
 */
final class ConfigChanges implements ConfigTarget, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigChanges.class);

    private static final long PATIENCE_SECONDS = 10;

    /** A step is one device, or all addresses of one: the kernel takes time for very many. */
    private static final long STOP_SECONDS = 30;

    private final ReentrantLock lock = new ReentrantLock();
    private final ChangeSteps live;
    private SwitchConfig config;
    private long revision;

    /** No step is begun any more: the switch is about to close what steps work on. */
    private volatile boolean stopping;

    /** What {@link #running} says, so that who asks need not wait for a change to end. */
    private volatile Running running;

    /** A switch without uplinks and ports, otherwise configured like this. */
    ConfigChanges(ChangeSteps live, SwitchConfig config) {
        this.live = live;
        this.config = config.withoutElements();
        this.running = new Running(revision, this.config);
    }

    @Override
    public Running running() {
        return running;
    }

    /**
     * The first change.
     *
     * @throws RuntimeException as what could not be opened says it
     */
    void start(SwitchConfig first) {
        lock.lock();
        try {
            change(first, IfMissing.WAIT);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets what is there become what is configured, where something went or came by itself.
     *
     * <p>Does nothing while a change is under way. It must not wait for the end of that: a stop
     * keeps the lock, and waits for who reconciles.
     *
     * @return whether to look again soon, as something is still waited for
     */
    boolean reconcile() {
        if (!lock.tryLock()) {
            return true;
        }
        try {
            return !stopping && live.reconcile(config, name -> false);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Running apply(SwitchConfig next, long expected, Wish wish) {
        lockInTime();
        try {
            if (expected != revision) {
                throw new StaleRevisionException(expected, revision);
            }
            ChangeCheck.refuseFixed(config, next);
            change(next, wish.waits() ? IfMissing.WAIT : IfMissing.REFUSE);
            live.reconcile(config, wish.renewed());
            return running;
        } catch (LinuxException e) {
            throw refusal(e.errno() == 0 ? "EINVAL" : Errno.name(e.errno()), e);
        } catch (DpdkException e) {
            throw refusal("EIO", e);
        } catch (SocketFileException e) {
            throw refusal("EADDRINUSE", e);
        } catch (IllegalArgumentException e) {
            throw refusal("EINVAL", e);
        } catch (LcoreBusyException e) {
            throw new StatusUnavailableException(sentence(e));
        } finally {
            lock.unlock();
        }
    }

    /** Whoever changes the switch may be waiting for something; nobody waits behind it for ever. */
    private void lockInTime() {
        refuseWhileStopping();
        try {
            if (lock.tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new StatusUnavailableException(
                "another change is under way for more than " + PATIENCE_SECONDS + " s; try again");
    }

    private void refuseWhileStopping() {
        if (stopping) {
            throw new StatusUnavailableException("the switch is stopping");
        }
    }

    /**
     * Ends changes before the switch closes its devices: one that is under way ends with the step
     * that it is at, and is not undone, as all goes now; others are refused.
     */
    @Override
    public void close() {
        stopping = true;
        try {
            if (!lock.tryLock(STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.error("event=change_abandoned waited_seconds={}", STOP_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static ChangeRefusedException refusal(String errno, RuntimeException e) {
        return new ChangeRefusedException(errno, sentence(e), e);
    }

    /** Why a change was refused, and what could not be put back as it was. */
    private static String sentence(RuntimeException e) {
        final StringBuilder text = new StringBuilder(e.getMessage());
        for (Throwable left : e.getSuppressed()) {
            text.append("; what was done could not be undone: ")
                    .append(left.getMessage())
                    .append("; the next change puts it right");
        }
        return text.toString();
    }

    private void change(SwitchConfig next, IfMissing ifMissing) {
        live.finishRemovals();
        try {
            final ChangePlan plan = ChangePlan.of(live, next);
            if (next.equals(config) && plan.isEmpty()) {
                return;
            }
            new ChangeCheck(live, plan, next).run(ifMissing);
            final ChangeRun run = new ChangeRun(live, plan, next, ifMissing);
            run.open();
            run.carryOut(
                    step -> {
                        refuseWhileStopping();
                        step.run();
                    });
            live.settle();
        } catch (RuntimeException | Error e) {
            live.closeOpened();
            if (!stopping) {
                changeBack(e);
            }
            throw e;
        }
        config = next;
        revision++;
        running = new Running(revision, config);
        LOG.info("event=config_changed revision={}", revision);
    }

    /**
     * Does all that can be done of the way back to the running configuration. What a step had
     * brought is closed, and lcores forward as before, when this returns.
     */
    private void changeBack(Throwable why) {
        new ChangeRun(live, ChangePlan.of(live, config), config, IfMissing.ALWAYS_WAIT)
                .carryOut(step -> orAddTo(why, step));
        orAddTo(why, live::settle);
    }

    private static void orAddTo(Throwable why, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            LOG.error("event=undo_failed", e);
            why.addSuppressed(e);
        }
    }
}
