/*
 * pool.c
 *		Connections to the database, and the requests that wait for one.
 *
 * Requests queue in lanes, one for each client, which are taken in turn: one
 * client's hundreds hold up another one's by one request each time.  A lane may have
 * a limit of connections (Lane.most), so that its slow requests leave some to others.
 *
 * Connections are opened when queued requests need them, up to --pool.  When one
 * cannot be opened and no other is there, what is queued is told so; the next
 * attempt comes after a growing pause, in which requests wait.
 *
 * A passive request is sent when there is a connection that no other one waits
 * for.  Others that come while it is under way may find no connection but its: once
 * one of them has waited a moment, it is cancelled.
 *
 * libpq is used without blocking: connection.c's business is one connection,
 * this file's is to share them out.
 *
 * Entry points: pool_open, pool_submit, pool_drop, pool_cancel, pool_give_up,
 * pool_dispatch, pool_state, pool_is_cut_off, pool_close.
 */
#include "pool.h"

#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "command_line.h"
#include "connection.h"
#include "log.h"
#include "opening.h"

/* Pauses between failed attempts to connect, in milliseconds. */
#define PAUSE_FIRST 100
#define PAUSE_LONGEST 2000

/*
 * How long a request waits while a passive one is under way, in milliseconds: longer
 * than one commonly takes, as a cancel request takes its time, too.
 */
#define GIVE_WAY_AFTER 100

TAILQ_HEAD(Lanes, Lane);

static struct
{
	Connection *connections;	/* options.pool_size of them */
	struct Lanes lanes;			/* those with queued requests; whose turn is next stands first */
	bool		dispatching;	/* pool_dispatch is at work further up */
	int			pause;			/* milliseconds to the next attempt; 0: none failed */
	bool		pausing;		/* within such a pause */
	struct event *pause_over;	/* ends it */
	char	   *reason;			/* why the last attempt failed */
	struct event *give_way;		/* a request has waited beside a passive one */
	bool		cut_off;		/* the database was lost, and has not been reached since */
}			pool = {.lanes = TAILQ_HEAD_INITIALIZER(pool.lanes)};

static void
fail_queue(OwnError error, const char *reason)
{
	RequestQueue failed = TAILQ_HEAD_INITIALIZER(failed);
	Request    *request;
	Lane	   *lane;
	Lane	   *next;

	/* answering may queue new requests: they are not meant, nor is who waits passively */
	for (lane = TAILQ_FIRST(&pool.lanes); lane != NULL; lane = next)
	{
		next = TAILQ_NEXT(lane, turn);
		if (lane->passive)
			continue;
		TAILQ_CONCAT(&failed, &lane->queue, queue);
		lane->queued = 0;
		TAILQ_REMOVE(&pool.lanes, lane, turn);
	}
	while ((request = TAILQ_FIRST(&failed)) != NULL)
	{
		TAILQ_REMOVE(&failed, request, queue);
		request_failed(request, error, reason);
	}
}

/* The lane whose turn it is, a passive one last; NULL: none has what may be sent now. */
static Lane *
next_lane(void)
{
	Lane	   *passive = NULL;
	Lane	   *lane;

	TAILQ_FOREACH(lane, &pool.lanes, turn)
	{
		if (!lane_may_send(lane))
			continue;
		if (!lane->passive)
			return lane;
		passive = lane;
	}
	return passive;
}

/* How many requests of this lane may be sent now. */
static unsigned int
sendable_of(const Lane *lane)
{
	unsigned int room = lane->most == 0 ? lane->queued : lane->most - lane->busy;

	if (!lane_may_send(lane))
		return 0;
	return lane->queued < room ? lane->queued : room;
}

/* How many requests may be sent now, and want a connection. */
static unsigned int
sendable(void)
{
	unsigned int count = 0;
	Lane	   *lane;

	TAILQ_FOREACH(lane, &pool.lanes, turn)
		count += lane->passive ? 0 : sendable_of(lane);
	return count;
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

/*
 * As many connections as there are requests for them, within the limit.  After a
 * failure all that are being opened come to an end first: attempts that overlap
 * for ever would never let the queue be told.
 */
static void
open_connections(void)
{
	unsigned int opening = 0;
	unsigned int wanted = sendable();

	if (pool.pausing)
		return;
	for (int i = 0; i < options.pool_size; i++)
		opening += pool.connections[i].state == CONNECTION_OPENING;
	if (opening > 0 && pool.pause > 0)
		return;
	for (int i = 0; i < options.pool_size && opening < wanted; i++)
	{
		Connection *c = &pool.connections[i];

		if (c->state != CONNECTION_CLOSED)
			continue;
		opening++;
		connection_start(c, TAILQ_FIRST(&next_lane()->queue)->application);
		if (pool.pausing)
			return;				/* that failed at once */
	}
}

/* Take a request out of its lane; next: the lane has had its turn. */
static void
take_out(Request *request, bool next)
{
	Lane	   *lane = request->lane;

	TAILQ_REMOVE(&lane->queue, request, queue);
	lane->queued--;
	if (next || lane->queued == 0)
		TAILQ_REMOVE(&pool.lanes, lane, turn);
	if (next && lane->queued > 0)
		TAILQ_INSERT_TAIL(&pool.lanes, lane, turn);
}

/* The passive request that is under way, and may still be cancelled. */
static Connection *
passive_connection(void)
{
	for (int i = 0; i < options.pool_size; i++)
	{
		const Request *request = pool.connections[i].request;

		if (request != NULL && request_is_passive(request) && !request->cancelled)
			return &pool.connections[i];
	}
	return NULL;
}

/* Does a request wait that a passive one may have to give way to?  For how long? */
static void
watch_waiting(void)
{
	static const struct timeval moment = {0, GIVE_WAY_AFTER * 1000};

	if (sendable() == 0 || passive_connection() == NULL)
		(void) event_del(pool.give_way);
	else if (!evtimer_pending(pool.give_way, NULL) && event_add(pool.give_way, &moment) < 0)
		log_fatal("cannot set a timer");
}

static void
on_give_way(evutil_socket_t fd, short what, void *arg)
{
	Connection *c = passive_connection();

	(void) fd;
	(void) what;
	(void) arg;
	if (c == NULL || sendable() == 0)
		return;
	c->request->cancelled = true;
	connection_cancel(c);
}

void
pool_dispatch(void)
{
	Lane	   *lane;
	Connection *c;

	if (pool.dispatching)
		return;
	pool.dispatching = true;
	while ((lane = next_lane()) != NULL && (c = idle_connection()) != NULL)
	{
		Request    *request = TAILQ_FIRST(&lane->queue);

		if (!connection_is_alive(c))
			continue;			/* it has closed itself: look for another */
		take_out(request, true);
		connection_take(c, request);
	}
	open_connections();
	watch_waiting();
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
	/* it may work again by now */
	if (c->state != CONNECTION_CLOSED)
		pool.cut_off = false;
	pool_dispatch();
}

/* Does a request wait whose failure is to be explained in the log? */
static bool
somebody_waits(void)
{
	const Lane *lane;

	TAILQ_FOREACH(lane, &pool.lanes, turn)
	{
		if (!lane->passive && !lane->quiet)
			return true;
	}
	return false;
}

/* A connection could not be opened: for who asks again and again that is told once. */
static void
on_refused(Connection *c, OwnError error, const char *reason)
{
	struct timeval pause;

	(void) c;
	pool.cut_off = true;
	if (pool.pause == 0 || somebody_waits())
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

/* A connection that was there is gone; its request has been told. */
static void
on_gone(Connection *c)
{
	(void) c;
	pool.cut_off = true;
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
pool_submit(Request *request)
{
	Lane	   *lane = request->lane;

	request->state = REQUEST_QUEUED;
	TAILQ_INSERT_TAIL(&lane->queue, request, queue);
	if (lane->queued++ == 0)
		TAILQ_INSERT_TAIL(&pool.lanes, lane, turn);
	pool_dispatch();
}

void
pool_drop(Request *request)
{
	take_out(request, false);
}

/* The connection that works on it. */
static Connection *
connection_of(const Request *request)
{
	for (int i = 0; i < options.pool_size; i++)
	{
		if (pool.connections[i].request == request)
			return &pool.connections[i];
	}
	return NULL;
}

void
pool_cancel(Request *request)
{
	Connection *c = connection_of(request);

	if (c != NULL)
		connection_cancel(c);
}

void
pool_give_up(Request *request)
{
	Connection *c = connection_of(request);

	if (c != NULL)
		connection_give_up(c);
}

PoolState
pool_state(void)
{
	PoolState	state = {0, 0};
	Lane	   *lane;

	for (int i = 0; i < options.pool_size; i++)
		state.busy += pool.connections[i].request != NULL;
	TAILQ_FOREACH(lane, &pool.lanes, turn)
		state.waiting += lane->queued;
	return state;
}

bool
pool_is_cut_off(void)
{
	return pool.cut_off;
}

void
pool_open(struct event_base *base)
{
	static const ConnectionHandlers handlers = {on_ready, on_refused, on_gone, on_demoted, NULL};

	pool.connections = must_alloc(sizeof(Connection) * (size_t) options.pool_size);
	for (int i = 0; i < options.pool_size; i++)
		connection_init(&pool.connections[i], &handlers);
	pool.pause_over = evtimer_new(base, on_pause_over, NULL);
	pool.give_way = evtimer_new(base, on_give_way, NULL);
	if (pool.pause_over == NULL || pool.give_way == NULL)
		log_fatal("cannot make a timer");
	connections_open(base);
}

void
pool_close(void)
{
	for (int i = 0; i < options.pool_size; i++)
		connection_close(&pool.connections[i]);
}
