/* SPDX-License-Identifier: Apache-2.0 */
/* Accesses to memory that a peer took away: see peer_guard.h. */
#define _GNU_SOURCE
#include "peer_guard.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

__thread atomic_uint *peer_guarded;

static struct sigaction before;

/* Zeros where the fault was, in a page as large as the mapping's; -1: impossible. */
static int
map_zeros(void *fault)
{
	static const uintptr_t sizes[] = {UINT64_C(4) << 10, UINT64_C(2) << 20, UINT64_C(1) << 30};
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		void *page = (void *)((uintptr_t)fault & ~(sizes[i] - 1));

		if (mmap(page, sizes[i], PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
			 -1, 0) == page)
			return 0;
	}
	return -1;
}

static void
chain(int signal, siginfo_t *info, void *context)
{
	if ((before.sa_flags & SA_SIGINFO) != 0 && before.sa_sigaction != NULL)
		before.sa_sigaction(signal, info, context);
	else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN)
		before.sa_handler(signal);
	else
		/* Returning repeats the access, which now ends the process as it would have. */
		sigaction(SIGBUS, &before, NULL);
}

/* BUS_ADRERR: the file has no such page any more. Nothing else is a peer's doing. */
static void
on_bus_error(int signal, siginfo_t *info, void *context)
{
	const int error = errno;

	if (peer_guarded != NULL && info->si_code == BUS_ADRERR && map_zeros(info->si_addr) == 0)
		atomic_fetch_add(peer_guarded, 1);
	else
		chain(signal, info, context);
	errno = error;
}

static int result;

static void
install(void)
{
	struct sigaction action = {.sa_sigaction = on_bus_error,
				   .sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK};

	sigemptyset(&action.sa_mask);
	result = sigaction(SIGBUS, &action, &before) < 0 ? -errno : 0;
}

int
peer_guard_install(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, install);
	return result;
}
