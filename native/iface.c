/* SPDX-License-Identifier: Apache-2.0 */
/* Offload features of an interface, by the names that ethtool -k shows: one way for old and new ones. */
#define _GNU_SOURCE
#include "ipvane_linux.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

/* Bits of the state of a feature; equal to those of Features.java. */
#define FEATURE_WANTED 1
#define FEATURE_ACTIVE 2
#define FEATURE_CHANGEABLE 4

static int
ethtool(int socket_fd, const char *interface, void *command)
{
	struct ifreq request = {.ifr_data = command};

	strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
	return RETRY(ioctl(socket_fd, SIOCETHTOOL, &request));
}

static int
count_features(int socket_fd, const char *interface)
{
	union {
		struct ethtool_sset_info info;
		uint8_t bytes[sizeof(struct ethtool_sset_info) + sizeof(uint32_t)];
	} sets = {.info = {.cmd = ETHTOOL_GSSET_INFO, .sset_mask = 1ULL << ETH_SS_FEATURES}};
	int error = ethtool(socket_fd, interface, &sets);

	if (error < 0)
		return error;
	return sets.info.sset_mask == 0 ? -EOPNOTSUPP : (int)sets.info.data[0];
}

/* The bit number of a feature; -EOPNOTSUPP: this kernel has none of that name. */
static int
find_feature(int socket_fd, const char *interface, const char *feature, int count)
{
	struct ethtool_gstrings *names = calloc(1, sizeof(*names) + (size_t)count * ETH_GSTRING_LEN);
	int result;

	if (names == NULL)
		return -ENOMEM;
	names->cmd = ETHTOOL_GSTRINGS;
	names->string_set = ETH_SS_FEATURES;
	names->len = count;
	result = ethtool(socket_fd, interface, names);
	if (result == 0) {
		result = -EOPNOTSUPP;
		for (int i = 0; i < count && result < 0; i++)
			if (strncmp((char *)&names->data[i * ETH_GSTRING_LEN], feature,
				    ETH_GSTRING_LEN) == 0)
				result = i;
	}
	free(names);
	return result;
}

static int
read_state(int socket_fd, const char *interface, int bit, int count)
{
	uint32_t blocks = (count + 31) / 32, mask = 1u << bit % 32;
	struct ethtool_gfeatures *all = calloc(1, sizeof(*all) + blocks * sizeof(all->features[0]));
	const struct ethtool_get_features_block *block;
	int result;

	if (all == NULL)
		return -ENOMEM;
	all->cmd = ETHTOOL_GFEATURES;
	all->size = blocks;
	result = ethtool(socket_fd, interface, all);
	block = &all->features[bit / 32];
	if (result == 0)
		result = (block->requested & mask ? FEATURE_WANTED : 0) |
			 (block->active & mask ? FEATURE_ACTIVE : 0) |
			 (block->available & ~block->never_changed & mask ? FEATURE_CHANGEABLE : 0);
	free(all);
	return result;
}

static int
write_state(int socket_fd, const char *interface, int bit, int count, int on)
{
	uint32_t blocks = (count + 31) / 32, mask = 1u << bit % 32;
	struct ethtool_sfeatures *change =
		calloc(1, sizeof(*change) + blocks * sizeof(change->features[0]));
	int result;

	if (change == NULL)
		return -ENOMEM;
	change->cmd = ETHTOOL_SFEATURES;
	change->size = blocks;
	change->features[bit / 32].valid = mask;
	change->features[bit / 32].requested = on ? mask : 0;
	result = ethtool(socket_fd, interface, change);
	free(change);
	return result;
}

/*
 * Returns the FEATURE_* bits of a feature such as "rx-gro". socket_fd: any socket of the
 * interface's namespace.
 */
IPVANE_EXPORT int32_t
ipvane_feature_get(int32_t socket_fd, const char *interface, const char *feature)
{
	int count = count_features(socket_fd, interface), bit;

	if (count < 0)
		return count;
	bit = find_feature(socket_fd, interface, feature, count);
	return bit < 0 ? bit : read_state(socket_fd, interface, bit, count);
}

/* Wants a feature on or off; above zero: noted, but something else keeps it as it is. */
IPVANE_EXPORT int32_t
ipvane_feature_set(int32_t socket_fd, const char *interface, const char *feature, int32_t on)
{
	int count = count_features(socket_fd, interface), bit;

	if (count < 0)
		return count;
	bit = find_feature(socket_fd, interface, feature, count);
	return bit < 0 ? bit : write_state(socket_fd, interface, bit, count, on);
}
