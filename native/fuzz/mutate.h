/* SPDX-License-Identifier: Apache-2.0 */
/* A peer's thread that writes into shared memory while it is used. */
#ifndef IPVANE_FUZZ_MUTATE_H
#define IPVANE_FUZZ_MUTATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

struct mutate {
	void (*once)(void *opaque, uint64_t *random); /* again and again, until the end */
	void *opaque;
	uint64_t random;
	atomic_bool ends;
	pthread_t thread;
};

static void *
mutate_run(void *opaque)
{
	struct mutate *at = opaque;

	while (!atomic_load(&at->ends))
		at->once(at->opaque, &at->random);
	return NULL;
}

static inline void
mutate_begin(struct mutate *at)
{
	atomic_store(&at->ends, false);
	pthread_create(&at->thread, NULL, mutate_run, at);
}

static inline void
mutate_end(struct mutate *at)
{
	atomic_store(&at->ends, true);
	pthread_join(at->thread, NULL);
}

#endif
