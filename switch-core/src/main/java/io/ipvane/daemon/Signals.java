// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What signals do, beside SIGTERM and SIGINT, which are the JVM's and run the shutdown hook. Those
 * that would end the process without it end it as SIGTERM does, so that interfaces are given back.
 *
 * <p>The JVM keeps for itself: SIGQUIT (prints the stacks of all threads to stdout), SIGUSR2
 * (between its own threads; nothing, from elsewhere), SIGPIPE and SIGXFSZ (nothing), and SIGSEGV,
 * SIGBUS, SIGILL, SIGFPE and SIGTRAP, which are faults. SIGKILL and SIGSTOP cannot be caught.
 *
 * <p>By reflection: {@code sun.misc.Signal} is what every JDK has for this, and what its compiler
 * warns of.
 */
final class Signals {
    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

    /** Timers, limits and power: nobody sends them to a switch, and they end a process. */
    private static final List<String> ENDING =
            List.of("ALRM", "VTALRM", "PROF", "IO", "PWR", "STKFLT", "XCPU");

    private Signals() {}

    /**
     * Says what happens.
     *
     * @param hangup runs at each SIGHUP, on a thread of the JVM's for signals
     */
    static void handle(Runnable hangup) {
        on("HUP", hangup);
        on("USR1", () -> {});
        ENDING.forEach(name -> on(name, () -> end(name)));
    }

    private static void end(String name) {
        LOG.warn("event=signal name=SIG{} effect=stop", name);
        System.exit(0);
    }

    private static void on(String name, Runnable action) {
        try {
            final Class<?> signal = Class.forName("sun.misc.Signal");
            final Class<?> handler = Class.forName("sun.misc.SignalHandler");
            final InvocationHandler call =
                    (proxy, method, arguments) -> {
                        if ("handle".equals(method.getName())) {
                            action.run();
                            return null;
                        }
                        throw new UnsupportedOperationException(method.getName());
                    };
            final Object ours =
                    Proxy.newProxyInstance(
                            Signals.class.getClassLoader(), new Class<?>[] {handler}, call);
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), ours);
        } catch (ReflectiveOperationException e) {
            // Not every machine has every signal.
            LOG.debug("event=signal_default name=SIG{}", name, e);
        }
    }
}
