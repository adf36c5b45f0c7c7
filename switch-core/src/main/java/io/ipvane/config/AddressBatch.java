// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Many addresses deleted and added in one change, all or none: {@code {"delete": [{"port": "web",
 * "address": "192.0.2.11/24"}], "add": [...]}}. Deletes come first, so that an address can move.
 * What is there already is not added, what is gone is not deleted, and neither is an error. One
 * thread.
 */
public final class AddressBatch implements Batch {
    private static final List<String> LISTS = List.of("delete", "add");
    private static final List<String> KEYS = List.of("port", "address");

    /**
     * One wish.
     *
     * @param exact whether the length was written
     * @param pointer to it in the body
     */
    private record Row(String port, IpPrefix address, boolean exact, String pointer) {}

    private final Object body;
    private final Map<String, List<Row>> deletes;
    private final Map<String, List<Row>> adds;
    private int deleted;
    private int added;

    private AddressBatch(Object body, Map<String, List<Row>> deletes, Map<String, List<Row>> adds) {
        this.body = body;
        this.deletes = deletes;
        this.adds = adds;
    }

    /**
     * Reads a request.
     *
     * @throws ConfigException with every row that is wrong
     */
    public static AddressBatch read(Object body) {
        final Problems problems = new Problems("request");
        final Map<?, ?> lists = mapping(body, "", LISTS, problems);
        final AddressBatch batch =
                new AddressBatch(
                        body,
                        rows(lists.get("delete"), "delete", problems),
                        rows(lists.get("add"), "add", problems));
        problems.throwIfAny();
        return batch;
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
        final Draft draft = new Draft(body);
        unknownPorts(config, deletes, draft);
        unknownPorts(config, adds, draft);
        final List<PortConfig> ports = new ArrayList<>(config.ports().size());
        for (PortConfig port : config.ports()) {
            final boolean meant = deletes.containsKey(port.name()) || adds.containsKey(port.name());
            ports.add(meant ? changed(port, draft) : port);
        }
        return deleted + added == 0
                ? draft.sound(Optional.of(config))
                : draft.checked(config.withPorts(ports));
    }

    private PortConfig changed(PortConfig before, Draft draft) {
        final List<IpPrefix> addresses = new ArrayList<>(kept(before));
        deleted += before.addresses().size() - addresses.size();
        final Set<IpPrefix> present = new HashSet<>(addresses);
        final int first = addresses.size();
        final List<Row> fresh = new ArrayList<>();
        for (Row row : adds.getOrDefault(before.name(), List.of())) {
            if (present.add(row.address())) {
                addresses.add(row.address());
                fresh.add(row);
            }
        }
        added += fresh.size();
        final PortConfig after = before.withAddresses(addresses);
        draft.places()
                .put(
                        after,
                        YamlSection.elsewhere(
                                "port '" + before.name() + "'",
                                (key, index) ->
                                        "addresses".equals(key) && index >= first
                                                ? fresh.get(index - first).pointer() + "/address"
                                                : "",
                                draft.places()));
        return after;
    }

    private List<IpPrefix> kept(PortConfig before) {
        final List<Row> rows = deletes.get(before.name());
        if (rows == null) {
            return before.addresses();
        }
        final Set<IpPrefix> exactly = new HashSet<>();
        final Set<IpAddress> anyLength = new HashSet<>();
        for (Row row : rows) {
            if (row.exact()) {
                exactly.add(row.address());
            } else {
                anyLength.add(row.address().address());
            }
        }
        return Elements.without(
                before.addresses(),
                address -> exactly.contains(address) || anyLength.contains(address.address()));
    }

    private static void unknownPorts(
            SwitchConfig config, Map<String, List<Row>> wishes, Draft draft) {
        final Set<String> known = new HashSet<>();
        config.ports().forEach(port -> known.add(port.name()));
        wishes.forEach(
                (port, rows) -> {
                    if (!known.contains(port)) {
                        rows.forEach(
                                row ->
                                        draft.problems()
                                                .add(
                                                        Optional.empty(),
                                                        row.pointer() + "/port",
                                                        Errno.ENODEV,
                                                        "port '" + port + "' is unknown"));
                    }
                });
    }

    private static Map<String, List<Row>> rows(Object value, String list, Problems problems) {
        final Map<String, List<Row>> byPort = new LinkedHashMap<>();
        if (value == null) {
            return byPort;
        }
        if (!(value instanceof List<?> elements)) {
            refuse(problems, "/" + list, list + " is no list; write [ ... ]");
            return byPort;
        }
        for (int i = 0; i < elements.size(); i++) {
            row(elements.get(i), "/" + list + "/" + i, problems)
                    .ifPresent(
                            row ->
                                    byPort.computeIfAbsent(row.port(), p -> new ArrayList<>())
                                            .add(row));
        }
        return byPort;
    }

    private static Optional<Row> row(Object element, String pointer, Problems problems) {
        final Map<?, ?> row = mapping(element, pointer, KEYS, problems);
        if (!(row.get("port") instanceof String port)
                || !(row.get("address") instanceof String address)) {
            if (!row.isEmpty()) {
                refuse(problems, pointer, "needs port and address, both texts");
            }
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new Row(
                            port,
                            IpPrefix.parseWithHostBits(address),
                            address.contains("/"),
                            pointer));
        } catch (IllegalArgumentException e) {
            refuse(problems, pointer + "/address", "address " + e.getMessage());
            return Optional.empty();
        }
    }

    /** The mapping; empty, and noted, where it is none or has none of the keys or others. */
    private static Map<?, ?> mapping(
            Object value, String pointer, List<String> keys, Problems problems) {
        if (!(value instanceof Map<?, ?> map) || map.isEmpty()) {
            refuse(problems, pointer, "is no mapping with " + String.join(" or ", keys));
            return new HashMap<>();
        }
        for (Object key : map.keySet()) {
            if (!keys.contains(key)) {
                refuse(
                        problems,
                        pointer + "/" + JsonPointer.escape((String) key),
                        "unknown key '" + key + "'; known here are " + String.join(", ", keys));
            }
        }
        return map;
    }

    private static void refuse(Problems problems, String pointer, String sentence) {
        problems.add(
                Optional.empty(),
                pointer,
                Errno.EINVAL,
                pointer.isEmpty()
                        ? "the request " + sentence
                        : pointer.substring(1) + ": " + sentence);
    }
}
