/*
 * lifetime.c
 *		When the process ends.
 *
 * Entry points: lifetime_open, lifetime_end_of_input, lifetime_changed.
 */
#include "lifetime.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>

#include "lines.h"
#include "log.h"
#include "pool.h"
#include "request.h"

/* Seconds for calls under way: after the end of input, after a signal, after their cancellation. */
#define PATIENCE_AT_END 30
#define PATIENCE_AT_SIGNAL 3
#define PATIENCE_CANCELLED 2

static struct
{
	struct event_base *base;	/* the event loop */
	struct event *sigterm;		/* SIGTERM came */
	struct event *sigint;		/* SIGINT came */
	struct event *patience;		/* calls under way take too long */
	bool		ending;			/* no new calls come */
	bool		cancelled;		/* those under way have been cancelled */
	bool		given_up;		/* those that did not end then have been told */
}			lifetime;

static void
stop(void)
{
	if (event_base_loopbreak(lifetime.base) < 0)
		log_fatal("cannot leave the event loop");
}

void
lifetime_changed(void)
{
	if (lifetime.ending && calls_open() == 0 && lines_drained())
		stop();
}

static void
begin_to_end(int seconds)
{
	const struct timeval patience = {seconds, 0};

	lifetime.ending = true;
	if (event_add(lifetime.patience, &patience) < 0)
		log_fatal("cannot set a timer");
	lifetime_changed();
}

static void
on_patience_over(evutil_socket_t fd, short what, void *arg)
{
	(void) fd;
	(void) what;
	(void) arg;
	if (lifetime.given_up)
	{
		stop();					/* the client does not read */
		return;
	}
	lifetime.given_up = lifetime.cancelled;
	lifetime.cancelled = true;
	begin_to_end(PATIENCE_CANCELLED);
	if (lifetime.given_up)
		pool_give_up();
	else
		pool_shut_down();
}

void
lifetime_end_of_input(void)
{
	begin_to_end(PATIENCE_AT_END);
}

/* A second signal ends the process at once. */
static void
on_signal(evutil_socket_t fd, short what, void *arg)
{
	static bool again;

	(void) fd;
	(void) what;
	(void) arg;
	if (again)
	{
		stop();
		return;
	}
	again = true;
	lines_stop_reading();
	begin_to_end(PATIENCE_AT_SIGNAL);
}

void
lifetime_open(struct event_base *base)
{
	lifetime.base = base;
	lifetime.sigterm = evsignal_new(base, SIGTERM, on_signal, NULL);
	lifetime.sigint = evsignal_new(base, SIGINT, on_signal, NULL);
	lifetime.patience = evtimer_new(base, on_patience_over, NULL);
	if (lifetime.sigterm == NULL || event_add(lifetime.sigterm, NULL) < 0 ||
		lifetime.sigint == NULL || event_add(lifetime.sigint, NULL) < 0 ||
		lifetime.patience == NULL)
		log_fatal("cannot watch for signals");
	/* a client that is gone shows itself as an error of write */
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		log_fatal("cannot ignore SIGPIPE: %s", strerror(errno));
}
