# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A switch on the embedded network: one at a time on a machine, started, asked and stopped.
# Sourced by run and demo; needs ui.sh and network.sh.

image=$(cd "$here/../../../target/ipvane" && pwd) || fail "there is no image; build it with: make build"
daemon= # process id, empty while none runs

# enter ARGUMENTS...: as root, nothing; else starts the script again as root of new user, network
# and mount namespaces, where /run is private.
enter() {
    if [ "$(id -u)" -ne 0 ]; then
        unshare -Urnm true 2>/dev/null || fail "needs root, or user namespaces for ordinary users" \
            "(sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone); try: sudo make ${0##*/}"
        exec env IPVANE_EMBEDDED_USER="$(id -u)" unshare -Urnm "$0" "$@"
    fi
    if [ -n "${IPVANE_EMBEDDED_USER-}" ]; then
        # /tmp is seen from outside: a client needs no nsenter.
        work=/tmp/ipvane-$IPVANE_EMBEDDED_USER
        mount -t tmpfs tmpfs /run
        prefix="nsenter -t $$ -U --preserve-credentials -n -m ip netns exec"
    else
        work=/run/ipvane
        prefix="ip netns exec"
        if [ -n "${SUDO_USER-}" ]; then prefix="sudo $prefix"; fi
    fi
    socket=$work/admin.sock
    log=$work/embedded.log
    lock
}

# One embedded network a machine. The lock is that of an open file, so it dies with its owner; its
# children do not inherit it.
lock() {
    mkdir -p -m 755 "$work"
    [ -O "$work" ] || fail "$work belongs to somebody else"
    while :; do
        exec 9>>"$work/embedded.lock"
        flock -n 9 || fail "another make run or make demo is at work (process $(cat "$work/embedded.pid" 2>/dev/null || echo unknown)); stop it first"
        # The file may have been removed by the one who held it until now.
        [ "$work/embedded.lock" -ef /proc/self/fd/9 ] && break
    done
    if curl -fs -o /dev/null --max-time 2 --unix-socket "$socket" http://ipvane/healthz \
        && ! [ -e "$work/embedded.pid" ]; then
        rm -f "$work/embedded.lock"
        fail "an ipvane daemon is at work on $socket; stop it first"
    fi
    echo $$ >"$work/embedded.pid"
}

# Sets up the network; whatever happens from here on, it goes away with the script.
network_begin() {
    inode=
    trap network_end EXIT
    # A second Ctrl-C does not interrupt the clean-up.
    trap 'trap "" INT TERM HUP; exit 0' INT TERM HUP
    network_check
    network_down 9>&-
    network_up 9>&-
    inode=$(stat -L -c %i "/run/netns/$ns_switch")
    for namespace in "$ns_outside" "$ns_blue" "$ns_green"; do
        setpriv --pdeathsig KILL ip netns exec "$namespace" iperf3 -s >/dev/null 2>&1 9>&- &
    done
}

network_end() {
    local status=$?
    set +e
    trap '' INT TERM HUP
    daemon_stop
    # Theirs are the servers and the table; some have gone before.
    kill $(jobs -p) 2>/dev/null
    if [ "$status" -ne 0 ] && [ -s "$log" ]; then
        echo "--- last lines of the daemon's log"
        tail -n 20 "$log"
    fi >&2
    network_down 9>&-
    rm -f "$log" "$work/embedded.out" "$work/embedded.yaml" "$work/embedded.pid" "$socket" "$work/embedded.lock"
    # What a killed daemon wrote down about the uplink's interface, which is gone.
    [ -z "$inode" ] || rm -rf "$work/net-$inode"
    rmdir "$work" 2>/dev/null
    exit "$status"
}

# configuration MODE
configuration() {
    cat <<YAML
eal: { hugepages: auto }
threads: { plan: shared, lcores: [0] }
uplinks:
  - name: wan0
    device: "af_packet:uplink0"
    mode: $1
    host: { interface: ipvane0, addresses: ["10.0.0.1/24", "fd00::1/64"] }
ports:
  - { name: blue, uplink: wan0, type: tap, netns: $ns_blue, interface: eth0, addresses: ["10.0.0.11/24", "fd00::11/64"] }
  - { name: green, uplink: wan0, type: tap, netns: $ns_green, interface: eth0, addresses: ["10.0.0.12/24", "fd00::12/64"] }
admin: { listen: ["unix:$socket"] }
YAML
}

daemon_alive() { [ -n "$daemon" ] && kill -0 "$daemon" 2>/dev/null; }

# daemon_start MODE: returns when the switch forwards. Should this script be killed, the daemon
# gets a SIGTERM from the kernel.
daemon_start() {
    configuration "$1" >"$work/embedded.yaml"
    setsid setpriv --pdeathsig TERM ip netns exec "$ns_switch" \
        "$image/bin/ipvane" run --leave-nothing --config "$work/embedded.yaml" >"$log" 2>&1 </dev/null 9>&- &
    daemon=$!
    for _ in {1..300}; do
        daemon_alive || break
        if curl -fs -o /dev/null --max-time 2 --unix-socket "$socket" http://ipvane/readyz; then return 0; fi
        sleep 0.1
    done
    if daemon_alive; then fail "the switch is not ready after 30 seconds"; fi
    fail "the switch did not start"
}

# daemon_stop: by SIGTERM, as a service manager would; returns how it ended.
daemon_stop() {
    [ -n "$daemon" ] || return 0
    kill -TERM "$daemon" 2>/dev/null
    for _ in {1..100}; do
        daemon_alive || break
        sleep 0.1
    done
    if daemon_alive; then
        say "the switch does not stop by itself; killing it"
        kill -KILL "$daemon" 2>/dev/null
    fi
    local status=0
    wait "$daemon" 2>/dev/null || status=$?
    daemon=
    return "$status"
}
