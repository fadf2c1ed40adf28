/*
 * pool.c
 *		Connections to the database, and the calls that wait for one.
 *
 * Connections are opened when queued calls need them, up to --pool.  When one
 * cannot be opened and no other is there, what is queued is told so; the next
 * attempt comes after a growing pause, in which calls wait.
 *
 * libpq is used without blocking: connection.c's business is one connection,
 * this file's is to share them out.
 *
 * Entry points: pool_open, pool_submit, pool_drop, pool_cancel, pool_dispatch,
 * pool_shut_down, pool_give_up, pool_close.
 */
#include "pool.h"

#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "command_line.h"
#include "connection.h"
#include "lines.h"
#include "log.h"
#include "opening.h"

/* Pauses between failed attempts to connect, in milliseconds. */
#define PAUSE_FIRST 100
#define PAUSE_LONGEST 2000

static struct
{
	Connection *connections;	/* options.pool_size of them */
	CallQueue	queue;			/* calls that wait for a connection */
	unsigned int queued;		/* how many */
	bool		dispatching;	/* pool_dispatch is at work further up */
	bool		shutting_down;	/* no call is taken any more */
	int			pause;			/* milliseconds to the next attempt; 0: none failed */
	bool		pausing;		/* within such a pause */
	struct event *pause_over;	/* ends it */
	char	   *reason;			/* why the last attempt failed */
}			pool;

static void
fail_queue(BridgeError error, const char *reason)
{
	CallQueue	failed = TAILQ_HEAD_INITIALIZER(failed);
	Call	   *call;

	/* answering may queue new calls: they are not meant */
	TAILQ_CONCAT(&failed, &pool.queue, queue);
	pool.queued = 0;
	while ((call = TAILQ_FIRST(&failed)) != NULL)
	{
		TAILQ_REMOVE(&failed, call, queue);
		call_failed(call, error, reason);
	}
}

/* The connection that was used last: its caches are the warmest. */
static Connection *
idle_connection(void)
{
	Connection *best = NULL;

	for (int i = 0; i < options.pool_size; i++)
	{
		Connection *c = &pool.connections[i];

		if (c->state == CONNECTION_IDLE && !c->cancelling &&
			(best == NULL || c->last_used > best->last_used))
			best = c;
	}
	return best;
}

/* As many connections as there are queued calls, within the limit. */
static void
open_connections(void)
{
	unsigned int opening = 0;

	if (pool.pausing || pool.shutting_down)
		return;
	for (int i = 0; i < options.pool_size; i++)
		opening += pool.connections[i].state == CONNECTION_OPENING;
	for (int i = 0; i < options.pool_size && opening < pool.queued; i++)
	{
		Connection *c = &pool.connections[i];

		if (c->state != CONNECTION_CLOSED)
			continue;
		opening++;
		connection_start(c, TAILQ_FIRST(&pool.queue)->application);
		if (pool.pausing)
			return;				/* that failed at once */
	}
}

void
pool_dispatch(void)
{
	Call	   *call;
	Connection *c;

	if (pool.dispatching)
		return;
	pool.dispatching = true;
	while ((call = TAILQ_FIRST(&pool.queue)) != NULL && !lines_backlogged() &&
		   (c = idle_connection()) != NULL)
	{
		if (!connection_is_alive(c))
			continue;			/* it has closed itself: look for another */
		TAILQ_REMOVE(&pool.queue, call, queue);
		pool.queued--;
		connection_take(c, call);
	}
	if (!lines_backlogged())
		open_connections();
	pool.dispatching = false;
}

static void
on_pause_over(evutil_socket_t fd, short what, void *arg)
{
	(void) fd;
	(void) what;
	(void) arg;
	pool.pausing = false;
	pool_dispatch();
}

/* A connection is there, or free again, or has made room for another. */
static void
on_ready(Connection *c)
{
	if (c->state == CONNECTION_IDLE)
		pool.pause = 0;
	pool_dispatch();
}

/* A connection could not be opened. */
static void
on_refused(Connection *c, BridgeError error, const char *reason)
{
	struct timeval pause;

	(void) c;
	log_line("cannot connect to the database: %s", reason);
	free(pool.reason);
	pool.reason = must_strdup(reason);
	pool.pause = pool.pause == 0 ? PAUSE_FIRST : pool.pause * 2;
	if (pool.pause > PAUSE_LONGEST)
		pool.pause = PAUSE_LONGEST;
	pause.tv_sec = pool.pause / 1000;
	pause.tv_usec = pool.pause % 1000 * 1000;
	pool.pausing = true;
	if (event_add(pool.pause_over, &pause) < 0)
		log_fatal("cannot set a timer");
	for (int i = 0; i < options.pool_size; i++)
	{
		if (pool.connections[i].state != CONNECTION_CLOSED)
			return;				/* another one may still serve the queue */
	}
	fail_queue(error, pool.reason);
}

/* A connection that was there is gone; its call has been told. */
static void
on_gone(Connection *c)
{
	(void) c;
	pool_dispatch();
}

/* Its server cannot be written to any more: the others may have the same. */
static void
on_demoted(Connection *c)
{
	(void) c;
	opening_seek_primary();
	for (int i = 0; i < options.pool_size; i++)
		connection_retire(&pool.connections[i]);
}

void
pool_submit(Call *call)
{
	call->state = CALL_QUEUED;
	if (pool.shutting_down)
	{
		call_failed(call, ERROR_SHUTTING_DOWN, NULL);
		return;
	}
	TAILQ_INSERT_TAIL(&pool.queue, call, queue);
	pool.queued++;
	pool_dispatch();
}

void
pool_drop(Call *call)
{
	TAILQ_REMOVE(&pool.queue, call, queue);
	pool.queued--;
}

void
pool_cancel(Call *call)
{
	for (int i = 0; i < options.pool_size; i++)
	{
		if (pool.connections[i].call == call)
			connection_cancel(&pool.connections[i]);
	}
}

void
pool_open(struct event_base *base)
{
	static const ConnectionHandlers handlers = {on_ready, on_refused, on_gone, on_demoted};

	TAILQ_INIT(&pool.queue);
	pool.connections = must_alloc(sizeof(Connection) * (size_t) options.pool_size);
	memset(pool.connections, 0, sizeof(Connection) * (size_t) options.pool_size);
	pool.pause_over = evtimer_new(base, on_pause_over, NULL);
	if (pool.pause_over == NULL)
		log_fatal("cannot make a timer");
	connections_open(base, &handlers);
}

void
pool_shut_down(void)
{
	pool.shutting_down = true;
	fail_queue(ERROR_SHUTTING_DOWN, NULL);
	for (int i = 0; i < options.pool_size; i++)
	{
		if (pool.connections[i].call != NULL)
			connection_cancel(&pool.connections[i]);
	}
}

void
pool_give_up(void)
{
	for (int i = 0; i < options.pool_size; i++)
	{
		if (pool.connections[i].call != NULL)
			connection_give_up(&pool.connections[i]);
	}
}

void
pool_close(void)
{
	for (int i = 0; i < options.pool_size; i++)
		connection_close(&pool.connections[i]);
}
