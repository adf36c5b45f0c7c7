/* SPDX-License-Identifier: Apache-2.0 */
/* Notifications that never wait: see peer_signal.h. */
#define _GNU_SOURCE
#include "peer_signal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <linux/aio_abi.h>

#include "ipvane_linux.h"

/* Operations whose ends nobody has taken yet. */
#define WAITING 128

static aio_context_t context;
static int zero; /* /dev/zero, of which no bytes are read */
static int result;

static void
install(void)
{
	zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	if (zero < 0 || syscall(SYS_io_setup, WAITING, &context) < 0)
		result = -errno;
}

int
peer_signal_install(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, install);
	return result;
}

static long
submit(int event)
{
	struct iocb read = {.aio_lio_opcode = IOCB_CMD_PREAD,
			    .aio_fildes = zero,
			    .aio_flags = IOCB_FLAG_RESFD,
			    .aio_resfd = event};
	struct iocb *all[] = {&read};

	return RETRY(syscall(SYS_io_submit, context, 1, all));
}

void
peer_signal(int event)
{
	struct io_event ended[WAITING];
	struct timespec now = {0, 0};

	if (submit(event) != -EAGAIN)
		return;
	/* No room until their ends are taken, all of which have come. */
	RETRY(syscall(SYS_io_getevents, context, 0, WAITING, ended, &now));
	submit(event);
}
