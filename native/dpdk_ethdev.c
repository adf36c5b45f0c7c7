/* SPDX-License-Identifier: Apache-2.0 */
/* Ports of DPDK, control side: add, describe, configure, start, watch, remove. */
#include <errno.h>
#include <net/if.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_string_fns.h>

#include "ipvane_dpdk.h"

/* What Java may know of a port before it configures it. */
struct ipvane_port_info {
	char driver[32];
	uint32_t max_rx_queues;
	uint32_t max_tx_queues;
	uint32_t max_mtu;
	uint32_t min_mtu;
	uint32_t if_index;
	int32_t socket;
	uint32_t scatter;
	uint32_t multi_segment;
};
_Static_assert(offsetof(struct ipvane_port_info, max_rx_queues) == 32, "read by EthDevice.java");
_Static_assert(sizeof(struct ipvane_port_info) == 64, "read by EthDevice.java");

/* What Java asks of a port. */
struct ipvane_port_setup {
	uint32_t rx_queues;
	uint32_t tx_queues;
	uint32_t rx_ring;
	uint32_t tx_ring;
	uint32_t mtu;
	uint32_t scatter;
};
_Static_assert(sizeof(struct ipvane_port_setup) == 24, "written by EthDevice.java");

struct ipvane_port_stats {
	uint64_t rx_packets;
	uint64_t rx_bytes;
	uint64_t rx_missed;
	uint64_t rx_errors;
	uint64_t rx_no_mbuf;
	uint64_t tx_packets;
	uint64_t tx_bytes;
	uint64_t tx_errors;
};
_Static_assert(sizeof(struct ipvane_port_stats) == 64, "read by PortStats.java");

/* A Toeplitz key of one repeated 16-bit word hashes both directions of a flow to one queue. */
static uint8_t symmetric_key[64];

__attribute__((constructor)) static void
fill_symmetric_key(void)
{
	size_t i;

	for (i = 0; i < sizeof(symmetric_key); i += 2) {
		symmetric_key[i] = 0x6d;
		symmetric_key[i + 1] = 0x5a;
	}
}

/* The first port of the DPDK device `name`, or -ENODEV. */
IPVANE_EXPORT int32_t
ipvane_port_find(const char *name)
{
	struct rte_eth_dev_info info;
	uint16_t port;

	if (rte_eth_dev_get_port_by_name(name, &port) == 0)
		return port;
	RTE_ETH_FOREACH_DEV(port)
		if (rte_eth_dev_info_get(port, &info) == 0 &&
		    strcmp(rte_dev_name(info.device), name) == 0)
			return port;
	return -ENODEV;
}

/*
 * Adds the device that `devargs` describes (`name[,key=value...]`, or a PCI address) and gives the
 * id of its port. On failure nothing of it is left.
 */
IPVANE_EXPORT int32_t
ipvane_port_add(const char *devargs, char *why, uint32_t why_size)
{
	char name[RTE_DEV_NAME_MAX_LEN];
	int32_t result;

	if (strlcpy(name, devargs, sizeof(name)) >= sizeof(name) && strchr(name, ',') == NULL)
		return -ENAMETOOLONG;
	name[strcspn(name, ",")] = '\0';
	ipvane_why_begin(why, why_size);
	if (ipvane_port_find(name) >= 0)
		result = -EEXIST;
	else
		result = rte_dev_probe(devargs);
	ipvane_why_end();
	return result < 0 ? result : ipvane_port_find(name);
}

/* Stops and closes a port and takes its device off its bus. */
IPVANE_EXPORT int32_t
ipvane_port_remove(uint16_t port, char *why, uint32_t why_size)
{
	struct rte_eth_dev_info info;
	int32_t result = rte_eth_dev_info_get(port, &info);

	if (result < 0)
		return result;
	ipvane_why_begin(why, why_size);
	rte_eth_dev_stop(port);
	result = rte_eth_dev_close(port);
	if (result == 0)
		result = rte_dev_remove(info.device);
	ipvane_why_end();
	return result;
}

IPVANE_EXPORT int32_t
ipvane_port_info(uint16_t port, struct ipvane_port_info *out)
{
	struct rte_eth_dev_info info;
	const int32_t result = rte_eth_dev_info_get(port, &info);

	if (result < 0)
		return result;
	memset(out, 0, sizeof(*out));
	strlcpy(out->driver, info.driver_name, sizeof(out->driver));
	out->max_rx_queues = info.max_rx_queues;
	out->max_tx_queues = info.max_tx_queues;
	out->max_mtu = info.max_mtu;
	out->min_mtu = info.min_mtu;
	out->if_index = info.if_index;
	out->socket = rte_eth_dev_socket_id(port);
	out->scatter = (info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_SCATTER) != 0;
	out->multi_segment = (info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_MULTI_SEGS) != 0;
	return 0;
}

static int32_t
setup_queues(uint16_t port, const struct ipvane_port_setup *setup, const struct rte_eth_conf *conf,
	     struct rte_mempool *pool)
{
	const int socket = rte_eth_dev_socket_id(port);
	uint16_t rx_ring = setup->rx_ring;
	uint16_t tx_ring = setup->tx_ring;
	struct rte_eth_dev_info info;
	int32_t result;
	uint16_t q;

	result = rte_eth_dev_info_get(port, &info);
	if (result == 0)
		result = rte_eth_dev_adjust_nb_rx_tx_desc(port, &rx_ring, &tx_ring);
	info.default_rxconf.offloads = conf->rxmode.offloads;
	info.default_txconf.offloads = conf->txmode.offloads;
	for (q = 0; q < setup->rx_queues && result == 0; q++)
		result = rte_eth_rx_queue_setup(port, q, rx_ring, socket, &info.default_rxconf,
						pool);
	for (q = 0; q < setup->tx_queues && result == 0; q++)
		result = rte_eth_tx_queue_setup(port, q, tx_ring, socket, &info.default_txconf);
	return result;
}

/* Sets a port up: queues, MTU, RSS where it has more than one rx queue. The port is stopped. */
IPVANE_EXPORT int32_t
ipvane_port_configure(uint16_t port, const struct ipvane_port_setup *setup,
		      struct rte_mempool *pool, char *why, uint32_t why_size)
{
	struct rte_eth_conf conf;
	struct rte_eth_dev_info info;
	int32_t result = rte_eth_dev_info_get(port, &info);

	if (result < 0)
		return result;
	memset(&conf, 0, sizeof(conf));
	conf.rxmode.mtu = setup->mtu;
	if (setup->scatter)
		conf.rxmode.offloads |= RTE_ETH_RX_OFFLOAD_SCATTER;
	conf.txmode.offloads = info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
	if (setup->rx_queues > 1 && info.flow_type_rss_offloads != 0) {
		conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
		conf.rx_adv_conf.rss_conf.rss_hf =
			info.flow_type_rss_offloads &
			(RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP | RTE_ETH_RSS_SCTP);
		if (info.hash_key_size > 0 && info.hash_key_size <= sizeof(symmetric_key)) {
			conf.rx_adv_conf.rss_conf.rss_key = symmetric_key;
			conf.rx_adv_conf.rss_conf.rss_key_len = info.hash_key_size;
		}
	}
	ipvane_why_begin(why, why_size);
	result = rte_eth_dev_configure(port, setup->rx_queues, setup->tx_queues, &conf);
	if (result == 0)
		result = setup_queues(port, setup, &conf, pool);
	ipvane_why_end();
	return result;
}

IPVANE_EXPORT int32_t
ipvane_port_start(uint16_t port, char *why, uint32_t why_size)
{
	int32_t result;

	ipvane_why_begin(why, why_size);
	result = rte_eth_dev_start(port);
	ipvane_why_end();
	return result;
}

/* Stops a port, which may be configured and started again. */
IPVANE_EXPORT int32_t
ipvane_port_stop(uint16_t port, char *why, uint32_t why_size)
{
	int32_t result;

	ipvane_why_begin(why, why_size);
	result = rte_eth_dev_stop(port);
	ipvane_why_end();
	return result;
}

/* Six bytes in the order of the wire. */
IPVANE_EXPORT int32_t
ipvane_port_mac(uint16_t port, struct rte_ether_addr *mac)
{
	return rte_eth_macaddr_get(port, mac);
}

/* One request about a kernel interface of this thread's network namespace. */
static int32_t
ask_kernel(unsigned long request, struct ifreq *ifr)
{
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int32_t result;

	if (fd < 0)
		return -errno;
	do
		result = ioctl(fd, request, ifr) < 0 ? -errno : 0;
	while (result == -EINTR);
	close(fd);
	return result;
}

/*
 * 1 if the port could carry frames now, 0 if not; never waits. Ports over a kernel interface
 * (net_af_packet, net_af_xdp) report "up" whatever happens below them, so there the kernel is asked too.
 */
IPVANE_EXPORT int32_t
ipvane_port_link_up(uint16_t port, uint32_t if_index)
{
	struct ifreq ifr = {0};
	struct rte_eth_link link;
	int32_t result;

	memset(&link, 0, sizeof(link));
	result = rte_eth_link_get_nowait(port, &link);
	if (result < 0 || link.link_status == RTE_ETH_LINK_DOWN || if_index == 0)
		return result < 0 ? result : link.link_status == RTE_ETH_LINK_UP;
	if (if_indextoname(if_index, ifr.ifr_name) == NULL || ask_kernel(SIOCGIFFLAGS, &ifr) < 0)
		return 0;
	return (ifr.ifr_flags & IFF_UP) != 0 && (ifr.ifr_flags & IFF_RUNNING) != 0;
}

IPVANE_EXPORT int32_t
ipvane_port_stats(uint16_t port, struct ipvane_port_stats *out)
{
	struct rte_eth_stats stats;
	const int32_t result = rte_eth_stats_get(port, &stats);

	if (result < 0)
		return result;
	out->rx_packets = stats.ipackets;
	out->rx_bytes = stats.ibytes;
	out->rx_missed = stats.imissed;
	out->rx_errors = stats.ierrors;
	out->rx_no_mbuf = stats.rx_nombuf;
	out->tx_packets = stats.opackets;
	out->tx_bytes = stats.obytes;
	out->tx_errors = stats.oerrors;
	return 0;
}
