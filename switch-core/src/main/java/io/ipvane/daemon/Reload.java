// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.config.ConfigException;
import io.ipvane.config.SwitchConfig;
import io.ipvane.control.view.ChangeRefusedException;
import io.ipvane.control.view.ConfigTarget;
import io.ipvane.control.view.ConfigTarget.Running;
import io.ipvane.control.view.StaleRevisionException;
import io.ipvane.control.view.StatusUnavailableException;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGHUP: the file is read again, and the switch works by it, as with {@code ipvane config apply}.
 * Where the file is wrong or the switch cannot, the configuration stays, and the log says why.
 *
 * <p>Asked for by any thread, any number of times; done by one of its own, once for all that asked
 * meanwhile.
 */
final class Reload {
    private static final Logger LOG = LoggerFactory.getLogger(Reload.class);

    /** Somebody must make a change in between each time for all of these to fail. */
    private static final int ATTEMPTS = 16;

    private final Supplier<SwitchConfig> configuration;
    private final Semaphore asked = new Semaphore(0);

    /**
     * @param configuration reads the file
     */
    Reload(Supplier<SwitchConfig> configuration) {
        this.configuration = configuration;
    }

    /** Asks for it; before {@link #start} it is done then. */
    void ask() {
        asked.release();
    }

    /** The switch can be changed from now on. */
    void start(ConfigTarget target) {
        Thread.ofPlatform()
                .name("reload")
                .daemon()
                .start(
                        () -> {
                            while (true) {
                                asked.acquireUninterruptibly();
                                asked.drainPermits();
                                reload(target);
                            }
                        });
    }

    private void reload(ConfigTarget target) {
        try {
            final SwitchConfig next = configuration.get();
            for (int i = 0; i < ATTEMPTS; i++) {
                if (apply(target, next)) {
                    LOG.info(
                            "event=reloaded uplinks={} ports={}",
                            next.uplinks().size(),
                            next.ports().size());
                    return;
                }
            }
            refused("the configuration changed " + ATTEMPTS + " times meanwhile");
        } catch (ConfigException e) {
            refused(
                    e.problems().getFirst()
                            + (e.count() == 1
                                    ? ""
                                    : " (and "
                                            + (e.count() - 1)
                                            + " more, see 'ipvane config check')"));
        } catch (ChangeRefusedException | StatusUnavailableException e) {
            refused(e.getMessage());
        } catch (RuntimeException | Error e) {
            LOG.error("event=reload_failed", e);
        }
    }

    private static boolean apply(ConfigTarget target, SwitchConfig next) {
        final Running running = target.running();
        try {
            target.apply(next, running.revision());
            return true;
        } catch (StaleRevisionException e) {
            return false;
        }
    }

    private void refused(String why) {
        LOG.warn("event=reload_refused reason=\"{}\"", why);
    }
}
