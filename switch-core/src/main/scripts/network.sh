# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The embedded network: four namespaces and a veth pair, nothing on the machine's own network.
# Sourced, not run; needs ui.sh and root (of the machine, or of a user namespace). Who sets
# "network" beforehand has one of that name, beside others.
#
# A namespace is marked as ours inside itself, by the alias of its loopback, before it gets its
# name: what an earlier run left behind by kill -9 is known from what belongs to somebody else.

readonly mark=ipvane-embedded
readonly network=${network-ipvane}
readonly ns_switch=$network-switch ns_outside=$network-outside ns_blue=$network-blue ns_green=$network-green
readonly namespaces=("$ns_switch" "$ns_outside" "$ns_blue" "$ns_green")

# inside NAMESPACE COMMAND...
inside() { ip netns exec "$@"; }

namespace_is_ours() { ip -n "$1" -o link show dev lo 2>/dev/null | grep -q "alias $mark\$"; }

namespace_add() {
    # The quoted part is for the inner shell, which is process 1 of the new namespace's life.
    # shellcheck disable=SC2016
    unshare --net sh -c 'ip link set dev lo alias "$2" up && ip netns attach "$1" $$' sh "$1" "$mark"
}

# Ends what still runs in a namespace: first by SIGTERM, after three seconds by SIGKILL.
namespace_empty() {
    local signal pids
    for signal in TERM KILL; do
        for _ in {1..30}; do
            pids=$(ip netns pids "$1" 2>/dev/null || true)
            [ -n "$pids" ] || return 0
            # shellcheck disable=SC2086
            kill -s "$signal" $pids 2>/dev/null || true
            sleep 0.1
        done
    done
}

# Refuses to touch a namespace of somebody else.
network_check() {
    local namespace
    for namespace in "${namespaces[@]}"; do
        if [ -e "/run/netns/$namespace" ] && ! namespace_is_ours "$namespace"; then
            fail "a network namespace $namespace exists and is not ours; remove it with: ip netns del $namespace"
        fi
    done
}

# Removes all that network_up made, in whatever state it is.
network_down() {
    local namespace
    for namespace in "${namespaces[@]}"; do
        [ -e "/run/netns/$namespace" ] && namespace_is_ours "$namespace" || continue
        namespace_empty "$namespace"
        # The kernel takes a namespace down some time later; its interfaces go now.
        ip -n "$namespace" link del dev uplink0 2>/dev/null || true
        ip netns del "$namespace"
    done
}

network_up() {
    local namespace
    for namespace in "${namespaces[@]}"; do namespace_add "$namespace"; done
    ip -n "$ns_switch" link add uplink0 type veth peer name eth0 netns "$ns_outside"
    # The switch speaks on the uplink, the kernel does not.
    inside "$ns_switch" sh -c 'echo 1 >/proc/sys/net/ipv6/conf/uplink0/disable_ipv6' 2>/dev/null || true
    ip -n "$ns_outside" addr add 10.0.0.254/24 dev eth0
    ip -n "$ns_outside" addr add fd00::fe/64 dev eth0 nodad
    ip -n "$ns_switch" link set dev uplink0 up
    ip -n "$ns_outside" link set dev eth0 up
}

network_picture() {
    cat <<'PICTURE'

     ipvane-blue                ipvane-green
     10.0.0.11, fd00::11        10.0.0.12, fd00::12
        eth0 (TAP)                 eth0 (TAP)
          |                          |
    +-----+--------------------------+-----+
    |                ipvane                |----- ipvane0 (host port), 10.0.0.1, fd00::1
    +------------------+-------------------+
                       | uplink0: one MAC for all     (namespace ipvane-switch)
                       |
                     eth0 (veth)
     ipvane-outside    10.0.0.254, fd00::fe

PICTURE
}
