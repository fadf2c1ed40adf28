/*
 * lifetime.c
 *		When the process ends: with its last session, or by SIGTERM and SIGINT.
 *
 * A signal gives the calls under way less time than the end of the input does
 * (session.c).
 *
 * Entry points: lifetime_open, lifetime_end.
 */
#include "lifetime.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>

#include "command_line.h"
#include "http_serve.h"
#include "log.h"
#include "session.h"

/* Seconds for calls under way after a signal, and for requests in HTTP. */
#define PATIENCE_AT_SIGNAL 3
#define PATIENCE_OF_HTTP 30

static struct
{
	struct event_base *base;	/* the event loop */
	struct event *sigterm;		/* SIGTERM came */
	struct event *sigint;		/* SIGINT came */
	bool		signalled;		/* one of them came before */
}			lifetime;

void
lifetime_end(void)
{
	if (event_base_loopbreak(lifetime.base) < 0)
		log_fatal("cannot leave the event loop");
}

/* A second signal ends the process at once. */
static void
on_signal(evutil_socket_t fd, short what, void *arg)
{
	(void) fd;
	(void) what;
	(void) arg;
	if (lifetime.signalled)
	{
		lifetime_end();
		return;
	}
	lifetime.signalled = true;
	if (options.http != NULL)
		http_finish(lifetime.base, PATIENCE_OF_HTTP, lifetime_end);
	else
		sessions_finish(PATIENCE_AT_SIGNAL);
}

void
lifetime_open(struct event_base *base)
{
	lifetime.base = base;
	lifetime.sigterm = evsignal_new(base, SIGTERM, on_signal, NULL);
	lifetime.sigint = evsignal_new(base, SIGINT, on_signal, NULL);
	if (lifetime.sigterm == NULL || event_add(lifetime.sigterm, NULL) < 0 ||
		lifetime.sigint == NULL || event_add(lifetime.sigint, NULL) < 0)
		log_fatal("cannot watch for signals");
	/* it asks for certificates to be read again (http_tls.c): without any, for nothing */
	if (options.http != NULL && signal(SIGHUP, SIG_IGN) == SIG_ERR)
		log_fatal("cannot ignore SIGHUP: %s", strerror(errno));
	/* a client that is gone shows itself as an error of write */
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		log_fatal("cannot ignore SIGPIPE: %s", strerror(errno));
}
