// SPDX-License-Identifier: Apache-2.0
package io.ipvane.daemon;

import io.ipvane.config.EndpointConfig;
import io.ipvane.config.PortConfig;
import io.ipvane.config.UplinkConfig;
import io.ipvane.control.Absent;
import io.ipvane.control.view.PortView;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is configured and not there, and why. Written by the thread that changes the switch, read by
 * any. Each reason is logged once.
 */
final class Absences implements Absent {
    private static final Logger LOG = LoggerFactory.getLogger(Absences.class);
    private static final long SHORTEST = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST = TimeUnit.SECONDS.toNanos(30);

    /**
     * One thing that is not there.
     *
     * @param reason one sentence
     * @param deletedIn inode of the namespace where its interface was deleted by hand: that is not
     *     made again by itself
     * @param dueAt when to try again, on the clock of System.nanoTime
     * @param pause how long to wait after that
     */
    private record Why(String reason, OptionalLong deletedIn, long dueAt, long pause) {}

    private final Map<String, Why> uplinks = new ConcurrentSkipListMap<>();
    private final Map<String, Why> hosts = new ConcurrentSkipListMap<>();
    private final Map<String, Why> ports = new ConcurrentSkipListMap<>();
    private final Map<String, PortView> views = new ConcurrentSkipListMap<>();

    /** What may be absent. */
    enum Kind {
        UPLINK,
        HOST,
        PORT;

        /** In names of events. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private Map<String, Why> of(Kind kind) {
        return switch (kind) {
            case UPLINK -> uplinks;
            case HOST -> hosts;
            case PORT -> ports;
        };
    }

    /** It is not there, and comes when what it needs does; asked for again soon. */
    void waiting(Kind kind, String name, String reason) {
        note(kind, name, new Why(reason, OptionalLong.empty(), System.nanoTime(), SHORTEST));
    }

    /** It should be possible and failed; tried again after a while, ever longer. */
    void failed(Kind kind, String name, String reason) {
        final Why before = of(kind).get(name);
        final long pause = before == null ? SHORTEST : before.pause;
        note(
                kind,
                name,
                new Why(
                        reason,
                        OptionalLong.empty(),
                        System.nanoTime() + pause,
                        Math.min(2 * pause, LONGEST)));
    }

    /** Somebody has deleted its interface. */
    void deleted(Kind kind, String name, String reason, long netnsInode) {
        note(kind, name, new Why(reason, OptionalLong.of(netnsInode), System.nanoTime(), SHORTEST));
    }

    /** Makes something, or notes that it is waited for. */
    <T> Optional<T> orWait(
            Kind kind,
            String name,
            IfMissing ifMissing,
            Supplier<Optional<String>> missing,
            Supplier<T> making) {
        final Optional<String> why =
                ifMissing == IfMissing.REFUSE ? Optional.empty() : missing.get();
        if (why.isPresent()) {
            waiting(kind, name, why.get());
            return Optional.empty();
        }
        try {
            return Optional.of(making.get());
        } catch (RuntimeException e) {
            if (ifMissing != IfMissing.ALWAYS_WAIT) {
                throw e;
            }
            failed(kind, name, e.getMessage());
            return Optional.empty();
        }
    }

    private void note(Kind kind, String name, Why why) {
        final Why before = of(kind).put(name, why);
        if (before == null || !before.reason.equals(why.reason)) {
            final String word = why.deletedIn.isPresent() ? "gone" : "waiting";
            LOG.warn("event={}_{} name={} reason=\"{}\"", kind.word(), word, name, why.reason);
        }
    }

    /** It is there, or no longer configured. */
    boolean remove(Kind kind, String name) {
        if (kind == Kind.PORT) {
            views.remove(name);
        }
        return of(kind).remove(name) != null;
    }

    boolean isAbsent(Kind kind, String name) {
        return of(kind).containsKey(name);
    }

    /** Whether it is time to try again. */
    boolean isDue(Kind kind, String name) {
        return System.nanoTime() - of(kind).get(name).dueAt >= 0;
    }

    /** In which namespace its interface was deleted by hand. */
    OptionalLong deletedIn(Kind kind, String name) {
        return of(kind).get(name).deletedIn;
    }

    /** Whether something may come by itself. */
    boolean isAnyWaiting() {
        return List.of(uplinks, hosts, ports).stream()
                .flatMap(some -> some.values().stream())
                .anyMatch(why -> why.deletedIn.isEmpty());
    }

    /** Shows an absent port as it is configured. */
    void show(UplinkConfig uplink, PortConfig port) {
        final Why why = ports.get(port.name());
        if (why == null) {
            return;
        }
        final EndpointConfig endpoint = port.endpoint();
        views.put(
                port.name(),
                new PortView(
                        port.name(),
                        uplink.name(),
                        endpoint.type(),
                        endpoint instanceof EndpointConfig.Tap tap ? tap.netns().orElse("") : "",
                        endpoint instanceof EndpointConfig.Tap tap ? tap.interfaceName() : "",
                        endpoint instanceof EndpointConfig.OverSocket over
                                ? over.socket().toString()
                                : "",
                        port.mode().orElse(uplink.mode()).key(),
                        port.flag().orElse(uplink.flag()).key(),
                        port.mtu().orElse(uplink.mtu().orElse(0)),
                        false,
                        false,
                        why.deletedIn.isPresent() ? PortView.DOWN : PortView.WAITING,
                        why.reason,
                        List.of()));
    }

    @Override
    public List<PortView> ports() {
        return List.copyOf(views.values());
    }

    @Override
    public Optional<String> uplink(String name) {
        return Optional.ofNullable(uplinks.get(name)).map(Why::reason);
    }

    @Override
    public Optional<String> host(String uplink) {
        return Optional.ofNullable(hosts.get(uplink)).map(Why::reason);
    }
}
