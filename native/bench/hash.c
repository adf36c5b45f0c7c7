/* SPDX-License-Identifier: Apache-2.0 */
/* DPDK's own hash table in place of ours: rte_hash with its CRC hash, asked 64 keys at a time. */
#include <errno.h>
#include <stdint.h>

#include <rte_errno.h>
#include <rte_hash.h>
#include <rte_hash_crc.h>

#include "ipvane_bench.h"

#define BURST 64

_Static_assert(BURST <= RTE_HASH_LOOKUP_BULK_MAX, "a burst is one bulk lookup");

/* A table for so many keys of key_bytes; NULL: no memory. */
IPVANE_EXPORT struct rte_hash *
ipvane_bench_hash_new(const char *name, uint32_t entries, uint32_t key_bytes)
{
	const struct rte_hash_parameters parameters = {
		.name = name,
		.entries = entries,
		.key_len = key_bytes,
		.hash_func = rte_hash_crc,
		.hash_func_init_val = 0,
		.socket_id = SOCKET_ID_ANY,
	};

	return rte_hash_create(&parameters);
}

IPVANE_EXPORT int32_t
ipvane_bench_hash_put(struct rte_hash *hash, const void *key, int32_t owner)
{
	return rte_hash_add_key_data(hash, key, (void *)(intptr_t)owner);
}

/* Owners, or -1, of keys that lie key_stride bytes apart. */
IPVANE_EXPORT void
ipvane_bench_hash_find(const struct rte_hash *hash, const char *keys, uint32_t key_stride, uint32_t bursts,
		       int32_t *owners)
{
	const void *pointers[BURST];
	void *data[BURST];
	uint64_t hits;
	uint32_t i;

	for (; bursts > 0; bursts--) {
		for (i = 0; i < BURST; i++, keys += key_stride)
			pointers[i] = keys;
		rte_hash_lookup_bulk_data(hash, pointers, BURST, &hits, data);
		for (i = 0; i < BURST; i++)
			owners[i] = hits >> i & 1 ? (int32_t)(intptr_t)data[i] : -1;
	}
}

IPVANE_EXPORT void
ipvane_bench_hash_free(struct rte_hash *hash)
{
	rte_hash_free(hash);
}
