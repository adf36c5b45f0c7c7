/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keeper: runs the switch as its child, passes signals on, and starts it again where it has died
 * of a fault. A fault in native code cannot be handled inside the JVM that has it: its own handler
 * writes hs_err and ends the process, and nothing that it could call there is safe. So the report of
 * what was under way is read here, out of memory that both have, after the death.
 *
 *   ipvane-keep ERRORS COMMAND ARGUMENT...       ERRORS: folder of the JVM's hs_err files
 *
 * Exit code: that of the child; where it died too often, 128 + its signal. When the keeper dies the
 * kernel ends the child.
 */
#define _GNU_SOURCE
#include "trail.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* As many deaths within so many seconds are no accident any more. */
#define MOST_DEATHS 5
#define WITHIN_SECONDS 120

/* The JVM's code after -XX:+ExitOnOutOfMemoryError; no verb of ours ends a daemon with it. */
#define OUT_OF_MEMORY 3
#define CANNOT_START 1

/* hs_err files of as many deaths are kept. */
#define REPORTS 4

/* What a test, or a person, may send in the place of a fault. */
static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS};
static const int passed[] = {SIGHUP,  SIGINT,  SIGTERM, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM,
			     SIGPIPE, SIGPROF, SIGIO,   SIGPWR,  SIGVTALRM, SIGXCPU, SIGWINCH, SIGSTKFLT};

static struct trail *trail;
static const char *errors;
static pid_t reports[REPORTS];
static unsigned deaths;

/* One line in the form of the switch's own log. Whoever reads it may be stuck: then it is left out. */
__attribute__((format(printf, 2, 3))) static void
say(const char *level, const char *format, ...)
{
	char line[2048], text[1536];
	struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
	struct timespec now;
	struct tm utc;
	va_list args;
	int length;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	length = snprintf(line, sizeof(line), "ts=%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ level=%s logger=Keeper msg=\"%s\"\n",
			  utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
			  now.tv_nsec / 1000000, level, text);
	/* A pipe that is writable takes a page whole. */
	if (poll(&out, 1, 100) == 1 && (out.revents & POLLOUT))
		(void)!write(STDOUT_FILENO, line, length < (int)sizeof(line) ? length : (int)sizeof(line) - 1);
}

/* The name of a port; what does not look like one is not shown. */
static const char *
port_name(uint32_t port, char *name)
{
	if (port >= TRAIL_PORTS)
		return "?";
	memcpy(name, trail->names[port], TRAIL_NAME);
	name[TRAIL_NAME - 1] = 0;
	for (char *c = name; *c; c++)
		if (*c <= ' ' || *c > '~' || *c == '"' || *c == '\\')
			*c = '?';
	return *name ? name : "?";
}

static const char *
doing(uint64_t word)
{
	switch (word >> 56) {
	case TRAIL_RECEIVING:
		return "receiving_from";
	case TRAIL_FORWARDING:
		return "forwarding_from";
	case TRAIL_SENDING:
		return "sending_to";
	default:
		return "starting";
	}
}

/* What each lcore did last: what it was doing, and by which ports the last frames came. */
static void
report_lcores(void)
{
	for (int i = 0; i < TRAIL_LCORES; i++) {
		const struct trail_lcore *lcore = &trail->lcores[i];
		char name[TRAIL_NAME], last[1024];
		size_t at = 0;

		if (!lcore->used)
			continue;
		last[0] = 0;
		for (uint64_t n = 0; n < TRAIL_BURSTS && n < lcore->bursts; n++) {
			uint64_t word = lcore->last[(lcore->bursts - n) % TRAIL_BURSTS];

			at += snprintf(last + at, sizeof(last) - at, "%s%s:%u", n ? "," : "",
				       port_name(word >> 32 & 0xFFFFFF, name), (unsigned)word);
		}
		say("ERROR", "event=under_way lcore=%u doing=%s port=%s frames=%u last=%s", lcore->lcore, doing(lcore->now),
		    port_name(lcore->now >> 32 & 0xFFFFFF, name), (unsigned)lcore->now, last[0] ? last : "none");
	}
}

/* Keeps the JVM's reports of the last deaths, so that many do not fill the disk. */
static void
keep_report(pid_t pid)
{
	char path[4096];
	pid_t *slot = &reports[deaths % REPORTS];

	if (*slot) {
		snprintf(path, sizeof(path), "%s/hs_err_%d.log", errors, *slot);
		unlink(path);
	}
	*slot = pid;
}

static pid_t
start(char **command)
{
	const pid_t keeper = getpid();
	pid_t child;

	memset(trail, 0, sizeof(*trail));
	child = fork();
	if (child == 0) {
		sigset_t none;

		/* Whoever kills the keeper means the switch. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		if (getppid() != keeper)
			_exit(1);
		execv(command[0], command);
		dprintf(STDERR_FILENO, "ipvane: cannot run %s: %s\n", command[0], strerror(errno));
		_exit(CANNOT_START);
	}
	return child;
}

static int
is_fault(int signal)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++)
		if (faults[i] == signal)
			return 1;
	return signal == SIGKILL;
}

/* Waits until the child has ended, and passes on meanwhile what the keeper is sent. */
static int
wait_for(pid_t child, const sigset_t *signals, int *stopping)
{
	while (1) {
		siginfo_t info;
		int status;
		int signal = sigwaitinfo(signals, &info);

		if (waitpid(child, &status, WNOHANG) == child)
			return status;
		if (signal <= 0 || signal == SIGCHLD)
			continue;
		if (signal == SIGTERM || signal == SIGINT)
			*stopping = 1;
		/* The kernel's own, as Ctrl-C, are for the whole process group. */
		if (info.si_code <= 0)
			kill(child, signal);
	}
}

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* A pause before the second start and later ones, ended by a signal to stop. */
static int
pause_before(unsigned recent)
{
	const struct timespec wait = {.tv_sec = recent <= 1 ? 0 : 1 << (recent - 2)};
	sigset_t stop;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	return sigtimedwait(&stop, NULL, &wait) > 0;
}

/* The end of the keeper as that of the child: the code, or the signal. */
static int
end_as(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Interfaces that the dead had are given back, as by a stop. */
static void
give_back(char **command, const sigset_t *signals)
{
	int stopping = 0;
	pid_t child;

	setenv("IPVANE_GIVE_BACK", "1", 1);
	child = start(command);
	if (child > 0)
		wait_for(child, signals, &stopping);
}

static int
keep(char **command, const sigset_t *signals)
{
	double died[MOST_DEATHS] = {0};
	int stopping = 0;

	while (1) {
		const double began = seconds();
		const pid_t child = start(command);
		double now;
		unsigned recent = 0;
		int status;

		if (child < 0) {
			fprintf(stderr, "ipvane: cannot start a process: %s\n", strerror(errno));
			return CANNOT_START;
		}
		status = wait_for(child, signals, &stopping);
		if (stopping || (WIFSIGNALED(status) && !is_fault(WTERMSIG(status))))
			return end_as(status);
		if (WIFEXITED(status) && WEXITSTATUS(status) != OUT_OF_MEMORY
		    && !(deaths > 0 && WEXITSTATUS(status) == CANNOT_START))
			return WEXITSTATUS(status);
		now = seconds();
		keep_report(child);
		died[deaths++ % MOST_DEATHS] = now;
		for (int i = 0; i < MOST_DEATHS; i++)
			recent += died[i] > 0 && now - died[i] < WITHIN_SECONDS;
		say("ERROR", "event=died pid=%d cause=%s lived=%.1f deaths=%u report=%s/hs_err_%d.log", child,
		    WIFSIGNALED(status)			     ? sigabbrev_np(WTERMSIG(status))
		    : WEXITSTATUS(status) == OUT_OF_MEMORY ? "out_of_memory"
							     : "cannot_start",
		    now - began, deaths, errors, child);
		report_lcores();
		if (recent >= MOST_DEATHS) {
			say("ERROR",
			    "event=gave_up deaths=%u reason=\"the switch died %d times in %d s and is not started again; the"
			    " port in the lines above is the first to look at\"",
			    deaths, MOST_DEATHS, WITHIN_SECONDS);
			give_back(command, signals);
			return end_as(status);
		}
		if (pause_before(recent))
			return end_as(status);
		say("WARN", "event=started_again deaths=%u", deaths);
	}
}

int
main(int argc, char **argv)
{
	sigset_t signals;
	char number[16];
	int fd;

	if (argc < 3) {
		fprintf(stderr, "usage: ipvane-keep ERRORS COMMAND ARGUMENT...\n");
		return 2;
	}
	errors = argv[1];
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	for (size_t i = 0; i < sizeof(passed) / sizeof(*passed); i++)
		sigaddset(&signals, passed[i]);
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++)
		sigaddset(&signals, faults[i]);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	fd = memfd_create("ipvane-trail", 0);
	if (fd < 0 || ftruncate(fd, sizeof(*trail)) < 0
	    || (trail = mmap(NULL, sizeof(*trail), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)) == MAP_FAILED) {
		fprintf(stderr, "ipvane: cannot set memory aside for what lcores do: %s\n", strerror(errno));
		return CANNOT_START;
	}
	snprintf(number, sizeof(number), "%d", fd);
	setenv("IPVANE_TRAIL", number, 1);
	return keep(argv + 2, &signals);
}
