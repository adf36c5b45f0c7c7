// SPDX-License-Identifier: Apache-2.0
package io.ipvane.linux;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The TAPs of ports, which outlive the switch: a file of each, so that the next start knows them by
 * more than a name and takes them up again, with all that people did to them. They exist, without
 * carrier, while no switch runs.
 *
 * <p>A switch has a lock while it runs, so that no other takes its TAPs for leftovers. Used by the
 * thread that changes the switch; a TAP that moves is written down by the watcher's.
 */
public final class KeptTaps implements AutoCloseable {
    private static final String TAP = "tap-";
    private static final String SWITCH = "switch-";
    private static final String LOCK = ".lock";
    private static final String NEW = ".new";

    /** What becomes of a TAP that is closed. */
    private enum Ending {
        /** What stayed from an earlier run stays; what this start has made goes. */
        START,
        /** It goes: its port was removed. */
        RUN,
        /** It stays for the next start. */
        STOP
    }

    private final Path directory;
    private final String owner;
    private final boolean keep;
    private final FileChannel lock;
    private final String boot = TakeoverRecord.bootId();

    /** Those that are served, and those that stayed and wait for their port. */
    private final Map<WatchedInterface, KeptTap> taps = new LinkedHashMap<>();

    private final List<String> failures = new ArrayList<>();
    private Ending ending = Ending.START;
    private int lastNumber;

    private KeptTaps(Path directory, String owner, boolean keep, FileChannel lock) {
        this.directory = directory;
        this.owner = owner;
        this.keep = keep;
        this.lock = lock;
    }

    /**
     * Reads what stayed.
     *
     * @param directory of the files, made where it is missing
     * @param name of this switch: no other in its namespace has the same
     * @param keep false: TAPs go with this switch, and what stayed of an earlier run is removed
     * @throws LinuxException with EBUSY where a switch of this name runs
     */
    public static KeptTaps open(Path directory, String name, boolean keep) {
        try (UndoLog undo = new UndoLog();
                Netns own = Netns.open("")) {
            final String owner = name + " in netns " + own.cookie();
            Files.createDirectories(directory);
            final FileChannel lock = lock(directory, owner).orElseThrow(() -> runsAlready(name));
            undo.add(() -> close(lock));
            final KeptTaps kept = new KeptTaps(directory, owner, keep, lock);
            kept.read();
            undo.forget();
            return kept;
        } catch (IOException e) {
            throw cannot("use " + directory, e);
        }
    }

    private static LinuxException runsAlready(String name) {
        return new LinuxException(
                Errno.EBUSY,
                "a switch with the admin address %s runs already (EBUSY); stop it, or give this one another"
                        .formatted(name));
    }

    private static Path lockFile(Path directory, String owner) {
        return directory.resolve(SWITCH + hash(owner) + LOCK);
    }

    private static UUID hash(String text) {
        return UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Optional<FileChannel> lock(Path directory, String owner) throws IOException {
        final FileChannel channel =
                FileChannel.open(
                        lockFile(directory, owner),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        if (isLocked(channel)) {
            return Optional.of(channel);
        }
        channel.close();
        return Optional.empty();
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            final FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static LinuxException cannot(String tried, IOException e) {
        return new LinuxException(0, "cannot " + tried + ": " + e);
    }

    private void read() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (final Path file : files.filter(KeptTaps::isRecord).sorted().toList()) {
                read(file);
            }
        }
    }

    private static boolean isRecord(Path file) {
        final String name = file.getFileName().toString();
        return name.startsWith(TAP) && !name.endsWith(NEW);
    }

    private void read(Path file) throws IOException {
        try {
            final KeptTap tap = KeptTap.parse(Files.readString(file));
            if (!tap.boot().equals(boot)) {
                Files.deleteIfExists(file);
            } else if (isOwn(tap)) {
                taps.put(tap.key(), tap);
            } else if (!runs(tap.owner())) {
                if (isThere(tap)) {
                    taps.putIfAbsent(tap.key(), tap);
                } else {
                    Files.deleteIfExists(file);
                }
            }
        } catch (NoSuchFileException e) {
            // Another switch has just removed it.
            return;
        } catch (IllegalArgumentException e) {
            failures.add(
                    "record %s of a TAP cannot be understood: %s; delete the file, and the interface if there is one"
                            .formatted(file, e.getMessage()));
        }
    }

    private boolean isOwn(KeptTap tap) {
        return tap.owner().equals(owner);
    }

    private boolean runs(String other) throws IOException {
        if (!Files.exists(lockFile(directory, other))) {
            return false;
        }
        final Optional<FileChannel> got = lock(directory, other);
        if (got.isPresent()) {
            got.get().close();
        }
        return got.isEmpty();
    }

    /**
     * Removes what stayed of an earlier run of this switch and has no port any more, or all of it
     * where nothing is to be kept.
     *
     * @return what could not be done, one sentence each
     */
    public synchronized List<String> removeLeftovers(Predicate<WatchedInterface> isWanted) {
        for (final KeptTap tap : List.copyOf(taps.values())) {
            if (isOwn(tap) && !(keep && isWanted.test(tap.key()))) {
                try {
                    remove(tap);
                    forget(tap.key());
                } catch (LinuxException e) {
                    failures.add(e.getMessage());
                }
            }
        }
        return List.copyOf(failures);
    }

    /** Removes the interface, where it is what was written down. */
    private static void remove(KeptTap tap) {
        isThere(tap, RtNetlink::delete);
    }

    private static boolean isThere(KeptTap tap) {
        return isThere(tap, (netlink, link) -> {});
    }

    private static boolean isThere(KeptTap tap, BiConsumer<RtNetlink, Link> action) {
        final Optional<Netns> place = tap.open();
        if (place.isEmpty()) {
            return false;
        }
        try (Netns netns = place.get();
                RtNetlink netlink = new RtNetlink(netns)) {
            final Optional<Link> link = netlink.findTap(tap.place().index());
            link.ifPresent(found -> action.accept(netlink, found));
            return link.isPresent();
        }
    }

    /** The start is over: from now on an interface goes with its port. */
    public synchronized void started() {
        ending = Ending.RUN;
    }

    /** The switch stops: from now on interfaces stay, where they are to be kept. */
    public synchronized void stopping() {
        ending = ending == Ending.RUN ? Ending.STOP : ending;
    }

    /**
     * Whether a TAP that is closed now stays.
     *
     * @param stayed it has stayed before
     */
    synchronized boolean stays(boolean stayed) {
        return keep && (ending == Ending.STOP || (ending == Ending.START && stayed));
    }

    /** What stayed of an interface that the configuration wants in a namespace. */
    synchronized Optional<KeptTap> find(TapSpec spec, Netns home) {
        return Optional.ofNullable(taps.get(key(spec)))
                .filter(tap -> keep && tap.home() == home.cookie());
    }

    private static WatchedInterface key(TapSpec spec) {
        return new WatchedInterface(spec.netns(), spec.name());
    }

    /**
     * A number for the link-local address of an interface: the one that it had, or one that no
     * other has. They count up, and begin anew after the last (spec ADR-15).
     */
    public synchronized int number(WatchedInterface key) {
        final KeptTap tap = taps.get(key);
        if (tap != null) {
            return tap.number();
        }
        final Set<Integer> used =
                taps.values().stream().map(KeptTap::number).collect(Collectors.toSet());
        do {
            // The largest one is the host port's.
            lastNumber = lastNumber % (PortLinkLocal.MAX_NUMBER - 1) + 1;
        } while (used.contains(lastNumber));
        return lastNumber;
    }

    /** Writes an interface down that is where it is to be, and lets it stay. */
    synchronized KeptTap keep(
            TapSpec spec, Netns home, KeptTap.Place place, IpPrefix linkLocal, Tap tap) {
        final KeptTap made =
                new KeptTap(
                        boot,
                        owner,
                        key(spec),
                        home.cookie(),
                        place,
                        spec.linkLocal(),
                        Optional.ofNullable(linkLocal),
                        spec.addresses());
        final KeptTap before = taps.get(made.key());
        if (before != null && !isOwn(before)) {
            forget(made.key());
        }
        write(made);
        tap.persist(keep);
        return made;
    }

    /** Writes a record, which then is there whole. */
    synchronized void write(KeptTap tap) {
        taps.put(tap.key(), tap);
        if (!keep) {
            return;
        }
        final Path file = file(tap);
        final Path fresh = Path.of(file + NEW);
        try {
            Files.writeString(fresh, tap.format(), StandardCharsets.UTF_8);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw cannot("write " + file, e);
        }
    }

    private Path file(KeptTap tap) {
        return directory.resolve(
                TAP + hash(String.join("\0", tap.owner(), tap.key().netns(), tap.key().name())));
    }

    /** Forgets an interface that is gone. */
    synchronized void forget(WatchedInterface key) {
        final KeptTap gone = taps.remove(key);
        try {
            if (gone != null) {
                Files.deleteIfExists(file(gone));
            }
        } catch (IOException e) {
            throw cannot("delete " + file(gone), e);
        }
    }

    /** Gives the lock up; what is written down stays. */
    @Override
    public void close() {
        try {
            Files.deleteIfExists(lockFile(directory, owner));
        } catch (IOException e) {
            throw cannot("delete " + lockFile(directory, owner), e);
        } finally {
            close(lock);
        }
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw cannot("give up a lock", e);
        }
    }
}
