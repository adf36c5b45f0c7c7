// SPDX-License-Identifier: Apache-2.0
package io.ipvane.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a bad file is told: the exact sentence and place of every refusal. */
class ConfigRefusalTest {
    private static final String UPLINK = "uplinks:\n  - { name: wan0, device: \"tap:up0\"";

    private static final String HOST =
            UPLINK + ", host: { interface: h0, addresses: [\"192.0.2.10/24\"] }";

    static Stream<Arguments> form() {
        return Stream.of(
                arguments("", "c: is empty; a switch needs at least one uplink in uplinks"),
                arguments(
                        "uplinks: []",
                        "c:1:10: uplinks is empty; a switch needs at least one uplink"),
                arguments("{}", "c:1:1: uplinks is empty; a switch needs at least one uplink"),
                arguments("uplinks: wan0\n", "c:1:10: uplinks='wan0' is no list; write [ ... ]"),
                arguments("uplinks:\n", "c:1:9: uplinks=nothing is no list; write [ ... ]"),
                arguments(
                        "[1]",
                        "c:1:1: a list is no mapping; write keys and values: eal, threads, uplinks,"
                                + " tunnels, vnis, remotes, ports, admin, keepInterfaces"),
                arguments(
                        "uplink: []\n" + UPLINK + " }",
                        "c:1:1: unknown key 'uplink'; did you mean 'uplinks'?"),
                arguments(
                        UPLINK + " }\nzebra: 1",
                        "c:3:1: unknown key 'zebra'; known here are eal, threads, uplinks,"
                                + " tunnels, vnis, remotes, ports, admin, keepInterfaces"),
                arguments(
                        UPLINK + ", mod: l2 }",
                        "c:2:38: uplink 'wan0': unknown key 'mod'; did you mean 'mode'?"),
                arguments(
                        UPLINK + ", strictmac: true }",
                        "c:2:38: uplink 'wan0': unknown key 'strictmac'; did you mean 'strictMac'?"),
                arguments(
                        UPLINK + ", name: x }",
                        "c:2:38: uplink 'wan0': key 'name' appears twice; remove one"),
                arguments(
                        UPLINK + ", mode: l9 }",
                        "c:2:44: uplink 'wan0': mode 'l9' is unknown; choose one of l2, l3, l3s"),
                arguments(
                        UPLINK + ", mode: l3s }",
                        "c:2:44: uplink 'wan0': mode 'l3s' is not supported by this build; use l2 or"
                                + " l3"),
                arguments(
                        UPLINK + ", mtu: 67 }",
                        "c:2:43: uplink 'wan0': mtu=67 is out of range; choose 68 to 65535"),
                arguments(
                        UPLINK + ", mtu: 99999999999 }",
                        "c:2:43: uplink 'wan0': mtu=99999999999 is out of range; choose 68 to"
                                + " 65535"),
                arguments(
                        UPLINK + ", mtu: big }",
                        "c:2:43: uplink 'wan0': mtu='big' is no whole number; choose 68 to 65535"),
                arguments(
                        UPLINK + ", antispoof: yes }",
                        "c:2:49: uplink 'wan0': antispoof='yes' is neither true nor false; choose"
                                + " one"),
                arguments(
                        UPLINK + ", flag: true }",
                        "c:2:44: uplink 'wan0': flag=true is no text; put it in quotes"),
                arguments(
                        "uplinks:\n  - { device: \"tap:up0\" }",
                        "c:2:5: uplinks[0]: name is missing; it has no default"),
                arguments(
                        "uplinks:\n  - { name: wan0 }",
                        "c:2:5: uplink 'wan0': device is missing; it has no default"),
                arguments(
                        "uplinks:\n  - { name: a/b, device: \"tap:up0\" }",
                        "c:2:13: uplink 'a/b': name 'a/b' is no name; use 1 to 63 letters, digits,"
                                + " dots, underscores or dashes"),
                arguments(
                        "uplinks:\n  - { name: wan0, device: eth0 }",
                        "c:2:27: uplink 'wan0': device 'eth0' is no device; write"
                                + " af_packet:INTERFACE, af_xdp:INTERFACE,"
                                + " pci:DOMAIN:BUS:DEVICE.FUNCTION, tap:NAME or vdev:ARGUMENTS"),
                arguments(
                        "uplinks:\n  - { name: wan0, device: \"pci:03:00.0\" }",
                        "c:2:27: uplink 'wan0': device '03:00.0' is no PCI address; write it in full,"
                                + " for example pci:0000:03:00.0"),
                arguments(
                        "uplinks:\n  - { name: wan0, device: \"vdev:\" }",
                        "c:2:27: uplink 'wan0': device '' is no DPDK virtual device; write a driver"
                                + " and its arguments, for example vdev:net_ring0"),
                arguments(
                        "uplinks:\n  - { name: wan0, device: \"tap:sixteen-letters-\" }",
                        "c:2:27: uplink 'wan0': device 'sixteen-letters-' names no interface: it must"
                                + " have 1 to 15 characters; choose another name"),
                arguments(
                        UPLINK + ", host: { addresses: [] } }",
                        "c:2:44: uplink 'wan0': host: interface is missing; it has no default"),
                arguments(
                        UPLINK + ", host: { interface: h0, netns: a/b } }",
                        "c:2:68: uplink 'wan0': host: netns 'a/b' names no network namespace: no"
                                + " white space, '/' or control character may be in it; use a name that 'ip"
                                + " netns list' shows"),
                arguments(
                        UPLINK + ", routes: [ { to: default } ] }",
                        "c:2:54: uplink 'wan0': routes[0]: to 'default' without via has no family;"
                                + " write 0.0.0.0/0 or ::/0"),
                arguments(
                        UPLINK
                                + ", routes: [ { to: 10.0.0.0/8, via: 10.0.0.1, prohibit: true } ] }",
                        "c:2:91: uplink 'wan0': routes[0]: prohibit contradicts via; give one of"
                                + " via, nexthops, blackhole: true, unreachable: true and prohibit:"
                                + " true, or none of them for destinations on the link"),
                arguments(
                        UPLINK + ", routes: [ { to: 10.0.0.0/8, nexthops: [] } ] }",
                        "c:2:76: uplink 'wan0': routes[0]: nexthops has 0 gateways; give 1 to 64"),
                arguments(
                        UPLINK
                                + ", routes: [ { to: 10.0.0.0/8, nexthops: [ { via: 10.0.0.1, weight: 0 } ] } ] }",
                        "c:2:103: uplink 'wan0': routes[0]: nexthops[0]: weight=0 is out of range;"
                                + " choose 1 to 256"),
                arguments(
                        UPLINK + ", routes: [ { to: 10.0.0.0/8, mtu: 1400, blackhole: true } ] }",
                        "c:2:71: uplink 'wan0': routes[0]: mtu means nothing where packets are"
                                + " dropped; leave it out"),
                arguments(
                        UPLINK + ", routes: [ { to: 10.0.0.0/8, metric: -1 } ] }",
                        "c:2:74: uplink 'wan0': routes[0]: metric=-1 is out of range; choose 0 to"
                                + " 4294967295"),
                arguments(
                        UPLINK + ", routes: [ { to: default, blackhole: true } ] }",
                        "c:2:54: uplink 'wan0': routes[0]: to 'default' without via has no family;"
                                + " write 0.0.0.0/0 or ::/0"),
                arguments(
                        UPLINK + ", routes: [ { to: 10.1.0.0/8, blackhole: true } ] }",
                        "c:2:54: uplink 'wan0': routes[0]: to '10.1.0.0/8' has bits behind its prefix"
                                + " length; write 10.0.0.0/8"),
                arguments(
                        UPLINK
                                + ", neighbors: [{ address: 192.0.2.1, mac: \"01:00:00:00:00:01\"}] }",
                        "c:2:77: uplink 'wan0': neighbors[0]: mac '01:00:00:00:00:01' is no address"
                                + " of one station; give a unicast MAC address"),
                arguments(
                        UPLINK + " }\neal: { hugepages: maybe }",
                        "c:3:19: eal: hugepages 'maybe' is unknown; choose one of auto, required,"
                                + " off"),
                arguments(
                        UPLINK + " }\nthreads: { plan: sharde }",
                        "c:3:18: threads: plan 'sharde' is unknown; choose one of shared,"
                                + " run-to-completion, pipeline"),
                arguments(
                        UPLINK + " }\nthreads: { lcores: [one] }",
                        "c:3:21: threads: lcore='one' is no whole number; choose 0 to 1023"),
                arguments(
                        UPLINK + " }\nthreads: { idle: lazy }",
                        "c:3:18: threads: idle 'lazy' is unknown; choose one of backoff, busy"),
                arguments(
                        UPLINK + " }\nadmin: { listen: [\"0.0.0.0:8080\"] }",
                        "c:3:19: admin: listen '0.0.0.0:8080' is beyond loopback, which needs TLS,"
                                + " and this build has none; listen on 127.0.0.1 or on a unix"
                                + " socket"),
                arguments(
                        UPLINK + " }\nadmin: { listen: [\"unix:admin.sock\"] }",
                        "c:3:19: admin: listen 'unix:admin.sock' is no socket path; use an absolute"
                                + " one of at most 107 bytes, for example"
                                + " unix:/run/ipvane/admin.sock"),
                arguments(
                        UPLINK + " }\nadmin: { listen: [\"127.0.0.1:70000\"] }",
                        "c:3:19: admin: listen '127.0.0.1:70000' is no place to listen; write"
                                + " unix:/absolute/path or 127.0.0.1:PORT"));
    }

    static Stream<Arguments> formOfPorts() {
        return Stream.of(
                arguments(
                        "{ name: vm1, uplink: wan0, type: vhost-user }",
                        "c:4:5: port 'vm1': socket is missing; it has no default"),
                arguments(
                        "{ name: vm1, uplink: wan0, type: vhost-user, socket: vm1.sock }",
                        "c:4:58: port 'vm1': socket 'vm1.sock' is no socket path; use an absolute"
                                + " one of at most 107 bytes, for example /run/ipvane/vm1.sock"),
                arguments(
                        "{ name: vm1, uplink: wan0, type: vhost-user, socket: /run/vm1.sock, netns:"
                                + " blue }",
                        "c:4:80: port 'vm1': netns belongs to type tap; remove it from a vhost-user"
                                + " port"),
                arguments(
                        "{ name: vm1, uplink: wan0, type: vhost-user, socket: /run/vm1.sock,"
                                + " socketMode: \"0660\" }",
                        "c:4:85: port 'vm1': socketMode belongs to role server; remove it, since the"
                                + " other side makes the socket"),
                arguments(
                        "{ name: vm1, uplink: wan0, type: vhost-user, socket: /run/vm1.sock, role:"
                                + " server, socketMode: \"0998\" }",
                        "c:4:99: port 'vm1': socketMode '0998' is no mode of a file; write octal"
                                + " digits, such as \"0660\""),
                arguments(
                        "{ name: vm1, uplink: wan0, type: vhost-user, socket: /run/vm1.sock, mac:"
                                + " \"33:33:00:00:00:01\" }",
                        "c:4:78: port 'vm1': mac '33:33:00:00:00:01' is no address of one station;"
                                + " give a unicast MAC address"),
                arguments(
                        "{ name: vm1, uplink: wan0, type: vhost-user, socket: /run/vm1.sock, learn:"
                                + " {} }",
                        "c:4:80: port 'vm1': learn: max is missing; say how many addresses may be"
                                + " learned, or remove learn"),
                arguments(
                        "{ name: web, uplink: wan0, learn: { max: 4 } }",
                        "c:4:39: port 'web': learn belongs to types memif and vhost-user; remove it"
                                + " from a tap port"),
                arguments(
                        "{ name: vm1, uplink: wan0, type: vhost-user, socket: /run/vm1.sock,"
                                + " queues: 65 }",
                        "c:4:81: port 'vm1': queues=65 is out of range; choose 1 to 64"),
                arguments(
                        "{ name: web, uplink: wan0, socket: /run/a.sock }",
                        "c:4:40: port 'web': socket belongs to types memif and vhost-user; remove"
                                + " it from a tap port"),
                arguments(
                        "{ name: web, uplink: wan0, id: 0 }",
                        "c:4:36: port 'web': id belongs to type memif; remove it from a tap port"),
                arguments(
                        "{ name: vm1, uplink: wan0, type: vhost-user, socket: /run/vm1.sock, id: 1 }",
                        "c:4:77: port 'vm1': id belongs to type memif; remove it from a vhost-user"
                                + " port"),
                arguments(
                        "{ name: app1, uplink: wan0, type: memif, id: 1 }",
                        "c:4:5: port 'app1': socket is missing; it has no default"),
                arguments(
                        "{ name: app1, uplink: wan0, type: memif, socket: /run/a.sock, mergeable:"
                                + " false }",
                        "c:4:78: port 'app1': mergeable belongs to type vhost-user; remove it from a"
                                + " memif port"),
                arguments(
                        "{ name: app1, uplink: wan0, type: memif, socket: /run/a.sock, interface:"
                                + " eth0 }",
                        "c:4:78: port 'app1': interface belongs to type tap; remove it from a memif"
                                + " port"),
                arguments(
                        "{ name: app1, uplink: wan0, type: memif, socket: /run/a.sock, id:"
                                + " 4294967296 }",
                        "c:4:71: port 'app1': id=4294967296 is out of range; choose 0 to"
                                + " 4294967295"),
                arguments(
                        "{ name: app1, uplink: wan0, type: memif, socket: /run/a.sock, id: -1 }",
                        "c:4:71: port 'app1': id=-1 is out of range; choose 0 to 4294967295"),
                arguments(
                        "{ name: app1, uplink: wan0, type: memif, socket: /run/a.sock, id:"
                                + " 99999999999999999999 }",
                        "c:4:71: port 'app1': id=99999999999999999999 is out of range; choose 0 to"
                                + " 4294967295"),
                arguments(
                        "{ name: app1, uplink: wan0, type: memif, socket: /run/a.sock, socketGroup:"
                                + " kvm }",
                        "c:4:80: port 'app1': socketGroup belongs to role server; remove it, since"
                                + " the other side makes the socket"),
                arguments(
                        "{ name: app1, uplink: wan0, type: memfi, socket: /run/a.sock }",
                        "c:4:39: port 'app1': type 'memfi' is unknown; choose one of tap, memif,"
                                + " vhost-user"),
                arguments(
                        "{ uplink: wan0 }", "c:4:5: ports[0]: name is missing; it has no default"),
                arguments(
                        "{ name: web }",
                        "c:4:5: port 'web': uplink is missing; name an uplink, or give a vni"),
                arguments(
                        "{ name: a-name-of-sixteen, uplink: wan0 }",
                        "c:4:13: port 'a-name-of-sixteen': interface is missing, and the port's name"
                                + " is too long for one (15 characters at most); give it an"
                                + " interface"),
                arguments(
                        "{ name: web, uplink: wan0, addresses: [192.0.2.300/24] }",
                        "c:4:44: port 'web': address '192.0.2.300' is not an IP address; write it"
                                + " like 10.0.0.1 (four numbers of 0 to 255, no leading zeros) or"
                                + " 2001:db8::1"),
                arguments(
                        "{ name: web, uplink: wan0, addresses: [192.0.2.3/33] }",
                        "c:4:44: port 'web': address prefix length 33 of 192.0.2.3 is not within 0 to"
                                + " 32"),
                arguments(
                        "{ name: web, uplink: wan0, queues: 0 }",
                        "c:4:40: port 'web': queues=0 is out of range; choose 1 to 64"),
                arguments(
                        "{ name: web, uplink: wan0, mode: l3s }",
                        "c:4:38: port 'web': mode 'l3s' is not supported by this build; use l2 or"
                                + " l3"));
    }

    static Stream<Arguments> consistency() {
        return Stream.of(
                arguments(
                        UPLINK + " }\nthreads: { lcores: [] }",
                        "c:3:20: threads: lcores is empty; give at least one, such as [0]"),
                arguments(
                        UPLINK + " }\nthreads: { plan: pipeline, lcores: [1, 7] }",
                        "c:3:40: threads: lcore=7 is not online on this machine; choose within 0-1"),
                arguments(
                        UPLINK + " }\nthreads: { plan: pipeline, lcores: [1, 1] }",
                        "c:3:40: threads: lcore=1 appears twice; remove one"),
                arguments(
                        UPLINK + " }\nthreads: { lcores: [0, 1] }",
                        "c:3:20: threads: plan 'shared' runs on one lcore, and lcores has 2; give"
                                + " one, or choose run-to-completion"),
                arguments(
                        UPLINK + " }\n  - { name: wan0, device: \"tap:up1\" }",
                        "c:3:13: uplink 'wan0': name is already that of an uplink; give it another"),
                arguments(
                        UPLINK + " }\n  - { name: wan1, device: \"af_xdp:up0\" }",
                        "c:3:27: uplink 'wan1': device 'af_xdp:up0' already belongs to uplink"
                                + " 'wan0'; a device carries one uplink, or several of the same"
                                + " kind that differ in vlan"),
                arguments(
                        UPLINK + ", vlan: 4095 }",
                        "c:2:44: uplink 'wan0': vlan=4095 is out of range; choose 1 to 4094"),
                arguments(
                        UPLINK + ", vlan: 7 }\n  - { name: v7, device: \"tap:up0\", vlan: 7 }",
                        "c:3:25: uplink 'v7': device 'tap:up0' already belongs to uplink 'wan0';"
                                + " a device carries one uplink, or several of the same kind that"
                                + " differ in vlan"),
                arguments(
                        UPLINK + " }\nports:\n  - { name: web, uplink: wan1 }",
                        "c:4:26: port 'web': uplink 'wan1' is unknown; did you mean 'wan0'?"),
                arguments(
                        UPLINK + " }\nports:\n  - { name: web, uplink: blue }",
                        "c:4:26: port 'web': uplink 'blue' is unknown; uplinks are wan0"),
                arguments(
                        UPLINK + " }\nports:\n  - { name: wan0, uplink: wan0 }",
                        "c:4:13: port 'wan0': name is already that of an uplink; give it another"),
                arguments(
                        UPLINK
                                + " }\nports:\n  - { name: a, uplink: wan0, interface: e, netns: n }"
                                + "\n  - { name: b, uplink: wan0, interface: e, netns: n }",
                        "c:5:41: port 'b': interface 'e' already belongs to port 'a' in netns 'n';"
                                + " choose another name or another netns"),
                arguments(
                        UPLINK
                                + " }\nports:\n  - { name: vm1, uplink: wan0, type: vhost-user, socket:"
                                + " /run/a.sock }\n  - { name: app1, uplink: wan0, type: memif, id: 1,"
                                + " socket: /run/../run/a.sock }",
                        "c:5:61: port 'app1': socket '/run/a.sock' already belongs to port 'vm1';"
                                + " give each port a socket of its own"),
                arguments(
                        HOST + " }\nports:\n  - { name: h0, uplink: wan0 }",
                        "c:4:5: port 'h0': interface 'h0' already belongs to the host port of uplink"
                                + " 'wan0'; choose another name or another netns"),
                arguments(
                        UPLINK + ", mtu: 1500 }\nports:\n  - { name: a, uplink: wan0, mtu: 9000 }",
                        "c:4:35: port 'a': mtu=9000 is above that of uplink 'wan0' (mtu=1500); lower"
                                + " the port to mtu<=1500 or raise the uplink"),
                arguments(
                        UPLINK
                                + " }\nports:\n  - { name: a, uplink: wan0, mtu: 1279, addresses:"
                                + " [\"2001:db8::1/64\"] }",
                        "c:4:35: port 'a': mtu=1279 is too small for its IPv6 address; choose"
                                + " mtu>=1280 or remove the address"),
                arguments(
                        UPLINK
                                + " }\nports:\n  - { name: a, uplink: wan0, addresses: [192.0.2.11/24] }"
                                + "\n  - { name: b, uplink: wan0, addresses: [192.0.2.11/32] }",
                        "c:5:42: port 'b': address 192.0.2.11 is already held by port 'a' of uplink"
                                + " 'wan0' (EADDRINUSE); remove one of the two"),
                arguments(
                        HOST
                                + " }\nports:\n"
                                + "  - { name: a, uplink: wan0, addresses: [192.0.2.10/24] }",
                        "c:4:42: port 'a': address 192.0.2.10 is already held by the host (interface"
                                + " h0) of uplink 'wan0' (EADDRINUSE); remove one of the two"),
                arguments(
                        HOST + ", neighbors: [{address: 192.0.2.10, mac: \"02:00:00:00:00:01\"}] }",
                        "c:2:115: uplink 'wan0': neighbors[0]: address 192.0.2.10 is held by the host"
                                + " (interface h0), so it is no neighbor; remove one of the two"),
                arguments(
                        HOST + ", routes: [ { to: default, via: 198.51.100.1 } ] }",
                        "c:2:123: uplink 'wan0': routes[0]: via 198.51.100.1 is on no network of"
                                + " uplink 'wan0' (192.0.2.0/24); give a gateway on one, an address"
                                + " on the gateway's network, or a route without gateway that has"
                                + " it"),
                arguments(
                        UPLINK + ", routes: [ { to: default, via: 198.51.100.1 } ] }",
                        "c:2:68: uplink 'wan0': routes[0]: via 198.51.100.1 is on no network of"
                                + " uplink 'wan0' (it has no addresses); give a gateway on one, an"
                                + " address on the gateway's network, or a route without gateway"
                                + " that has it"),
                arguments(
                        HOST
                                + ", routes: [ { to: 10.1.0.0/16, via: 10.2.0.1 },"
                                + " { to: 10.2.0.0/16, via: 192.0.2.1 } ] }",
                        "c:2:127: uplink 'wan0': routes[0]: via 10.2.0.1 is on no network of"
                                + " uplink 'wan0' (192.0.2.0/24); give a gateway on one, an address"
                                + " on the gateway's network, or a route without gateway that has"
                                + " it"),
                arguments(
                        HOST
                                + ", routes: [ { to: 10.2.0.0/16 }, { to: 10.2.3.0/24, via: 192.0.2.1 },"
                                + " { to: default, via: 10.2.3.4 } ] }",
                        "c:2:181: uplink 'wan0': routes[2]: via 10.2.3.4 is on no network of"
                                + " uplink 'wan0' (192.0.2.0/24, 10.2.0.0/16); give a gateway on"
                                + " one, an address on the gateway's network, or a route without"
                                + " gateway that has it"),
                arguments(
                        HOST
                                + ", routes: [ { to: 10.2.0.0/16, nexthops: [ { via: 192.0.2.1 },"
                                + " { via: 192.0.2.1 } ] } ] }",
                        "c:2:161: uplink 'wan0': routes[0]: nexthops[1]: via 192.0.2.1 is given"
                                + " twice; give it once, with a weight"),
                arguments(
                        HOST
                                + ", routes: [ { to: 10.2.0.0/16 }, { to: 10.2.0.0/16, metric: 0 } ] }",
                        "c:2:130: uplink 'wan0': routes[1]: to 10.2.0.0/16 has a route already, of"
                                + " metric 0; remove one, or give it another metric"),
                arguments(
                        UPLINK + ", routes: [ { to: 10.2.0.0/16, src: 192.0.2.10 } ] }",
                        "c:2:72: uplink 'wan0': routes[0]: src 192.0.2.10 is no address of the host"
                                + " port of uplink 'wan0'; give one of its addresses, or leave it"
                                + " out"),
                arguments(
                        HOST + ", routes: [ { to: \"fd00::/64\", src: 192.0.2.10 } ] }",
                        "c:2:127: uplink 'wan0': routes[0]: src 192.0.2.10 is of another family"
                                + " than fd00::/64; give an address of the same family"),
                arguments(
                        HOST + ", routes: [ { to: \"fd00::/64\", mtu: 1279 } ] }",
                        "c:2:127: uplink 'wan0': routes[0]: mtu 1279 is less than IPv6 allows; give"
                                + " 1280 or more"),
                arguments(
                        HOST + ", routes: [ { to: 10.0.0.0/8, via: \"fe80::1\" } ] }",
                        "c:2:126: uplink 'wan0': routes[0]: via fe80::1 is of another family than"
                                + " 10.0.0.0/8; give a gateway of the same family"),
                arguments(
                        HOST + ", routes: [ { to: default, via: 192.0.2.10 } ] }",
                        "c:2:123: uplink 'wan0': routes[0]: via 192.0.2.10 is an address of this"
                                + " uplink itself; give a gateway beyond it"),
                arguments(
                        UPLINK + ", routes: [ { to: 224.0.0.0/4, blackhole: true } ] }",
                        "c:2:54: uplink 'wan0': routes[0]: to 224.0.0.0/4 is multicast, which is not"
                                + " routed"));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource({"form", "consistency"})
    void shouldRefuseWithPlaceAndSentence(String text, String expected) {
        assertEquals(expected, refusal(text).getMessage());
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("formOfPorts")
    void shouldRefuseAPortWithPlaceAndSentence(String port, String expected) {
        assertEquals(expected, refusal(UPLINK + " }\nports:\n  - " + port).getMessage());
    }

    @ParameterizedTest(name = "{0} is {1}")
    @MethodSource("addressesOfNobody")
    void shouldRefuseAnAddressThatNoStationHolds(String address, String kind) {
        assertEquals(
                "c:4:42: port 'a': address "
                        + address
                        + " is "
                        + kind
                        + " (EINVAL); give an address of one station",
                refusal(
                                UPLINK
                                        + " }\nports:\n  - { name: a, uplink: wan0, addresses: [\""
                                        + address
                                        + "\"] }")
                        .getMessage());
    }

    static Stream<Arguments> addressesOfNobody() {
        return Stream.of(
                arguments("0.0.0.0", "the unspecified address"),
                arguments("::", "the unspecified address"),
                arguments("127.0.0.5", "a loopback address"),
                arguments("::1", "a loopback address"),
                arguments("224.9.9.9", "a multicast address"),
                arguments("ff02::1", "a multicast address"),
                arguments("255.255.255.255", "the broadcast address"));
    }

    @Test
    void shouldReportEveryProblemInTheOrderOfTheFile() {
        final ConfigException refused =
                refusal(
                        """
                        eal: { hugepages: 2 }
                        uplinks:
                          - { name: wan0, device: nic, mtu: 1 }
                        ports:
                          - { name: web, uplnk: wan0 }
                        """);

        assertEquals(
                List.of(
                        "c:1:19: eal: hugepages=2 is no text; put it in quotes",
                        "c:3:27: uplink 'wan0': device 'nic' is no device; write"
                                + " af_packet:INTERFACE, af_xdp:INTERFACE,"
                                + " pci:DOMAIN:BUS:DEVICE.FUNCTION, tap:NAME or vdev:ARGUMENTS",
                        "c:3:37: uplink 'wan0': mtu=1 is out of range; choose 68 to 65535",
                        "c:5:5: port 'web': uplink is missing; name an uplink, or give a vni",
                        "c:5:18: port 'web': unknown key 'uplnk'; did you mean 'uplink'?"),
                refused.problems().stream().map(Problem::toString).toList());
    }

    @Test
    void shouldSayWhereATextStopsBeingYaml() {
        assertEquals(
                "c:2:1: is no YAML: found unexpected end of stream",
                refusal("uplinks: [\"a\n").getMessage());
    }

    private static ConfigException refusal(String text) {
        return assertThrows(
                ConfigException.class,
                () -> new SwitchConfigReader("c", new OnlineLcores("0-1")).read(text));
    }
}
