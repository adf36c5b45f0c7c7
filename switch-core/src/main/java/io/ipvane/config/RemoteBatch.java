// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.option.Form;
import io.ipvane.option.Key;
import io.ipvane.option.Table;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.Vxlan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Many remotes deleted and added in one change, all or none: {@code {"delete": [{"vni": 42,
 * "address": "10.8.0.20"}], "add": [...]}}. Deletes come first. What is added takes the place of
 * what has its key; what is gone, has another VTEP than the one that a delete names, or has come
 * with a higher sequence, stays as it is and is no error, so that late news of an old place does no
 * harm. One thread.
 */
public final class RemoteBatch implements Batch {
    /** Which remote is meant. */
    private record Wish(
            int vni, Optional<IpAddress> address, Optional<IpAddress> vtep, long sequence) {
        private static final Key<Integer> VNI =
                Key.of("vni", Form.integer(0, Vxlan.MAX_VNI), "the network").required();

        private static final Key<IpAddress> ADDRESS =
                Key.of("address", Forms.ADDRESS, "of the network").otherwise("what is flooded");

        private static final Key<IpAddress> VTEP =
                Key.of("vtep", Forms.ADDRESS, "where it is").otherwise("wherever it is");

        private static final Key<Long> MAC =
                Key.of("mac", Forms.STATION, "of the address; not looked at").otherwise("none");

        static final Table<Wish> TABLE =
                Table.<Wish>of("remote", "A remote to be deleted.")
                        .key(VNI, Wish::vni)
                        .maybe(ADDRESS, Wish::address)
                        .maybe(VTEP, Wish::vtep)
                        .maybe(MAC, wish -> Optional.empty())
                        .key(RemoteConfig.SOURCE, wish -> RemoteConfig.BY_HAND)
                        .key(RemoteConfig.SEQUENCE, Wish::sequence)
                        .check(
                                wish -> {
                                    if (!wish.has(ADDRESS) && !wish.has(VTEP)) {
                                        wish.missing(
                                                ADDRESS,
                                                "give address, or the vtep that gets what is"
                                                        + " flooded");
                                    }
                                })
                        .made(
                                v ->
                                        new Wish(
                                                v.get(VNI),
                                                v.find(ADDRESS),
                                                v.find(VTEP),
                                                v.get(RemoteConfig.SEQUENCE)));
    }

    /** Both lists. */
    private record Lists(List<Wish> delete, List<RemoteConfig> add) {
        private static final Key<List<Wish>> DELETE =
                Key.of("delete", Form.list(Wish.TABLE), "remotes to be deleted")
                        .byDefault(List.of());

        private static final Key<List<RemoteConfig>> ADD =
                Key.of("add", Form.list(RemoteConfig.TABLE), "remotes to be added")
                        .byDefault(List.of());

        static final Table<Lists> TABLE =
                Table.<Lists>of("request", "Remotes to be deleted and added.")
                        .key(DELETE, Lists::delete)
                        .key(ADD, Lists::add)
                        .made(v -> new Lists(v.get(DELETE), v.get(ADD)));
    }

    /** By what a remote is told from others. */
    private record Id(int vni, Optional<IpAddress> address, Optional<IpAddress> flooded) {
        static Id of(RemoteConfig remote) {
            return of(remote.vni(), remote.address(), Optional.of(remote.vtep()));
        }

        static Id of(int vni, Optional<IpAddress> address, Optional<IpAddress> vtep) {
            return new Id(vni, address, address.isPresent() ? Optional.empty() : vtep);
        }
    }

    private final Draft draft;
    private final Lists lists;
    private int deleted;
    private int added;

    private RemoteBatch(Draft draft, Lists lists) {
        this.draft = draft;
        this.lists = lists;
    }

    /**
     * Reads a request.
     *
     * @throws ConfigException with everything that is wrong
     */
    public static RemoteBatch read(Object body) {
        final Draft draft = new Draft(body);
        return new RemoteBatch(draft, draft.read(Lists.TABLE, "", body));
    }

    /** Who gives no sequence means what is there. */
    private static boolean isLate(Wish wish, RemoteConfig known) {
        return wish.sequence() != 0 && wish.sequence() < known.sequence();
    }

    @Override
    public int deleted() {
        return deleted;
    }

    @Override
    public int added() {
        return added;
    }

    @Override
    public SwitchConfig applyTo(SwitchConfig config) {
        deleted = 0;
        added = 0;
        final Map<Id, RemoteConfig> remotes = new LinkedHashMap<>();
        config.remotes().forEach(remote -> remotes.put(Id.of(remote), remote));
        for (Wish wish : lists.delete()) {
            final Id id = Id.of(wish.vni(), wish.address(), wish.vtep());
            final RemoteConfig known = remotes.get(id);
            if (known != null
                    && wish.vtep().map(known.vtep()::equals).orElse(true)
                    && !isLate(wish, known)) {
                remotes.remove(id);
                deleted++;
            }
        }
        for (RemoteConfig remote : lists.add()) {
            final RemoteConfig known = remotes.get(Id.of(remote));
            if (known != null && known.sequence() > remote.sequence()) {
                continue;
            }
            if (!remote.equals(remotes.put(Id.of(remote), remote))) {
                added++;
            }
        }
        return deleted + added == 0
                ? config
                : draft.checked(config.withRemotes(List.copyOf(remotes.values())));
    }
}
