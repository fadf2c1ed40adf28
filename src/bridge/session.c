/*
 * session.c
 *		One client: what it said of itself, its calls under way, how it ends.
 *
 * A session is closed from the event loop only, never by what it called itself.
 *
 * Entry points: sessions_follow, sessions_open, session_open, session_begin_call,
 * session_end_call, session_cancel, session_hold, session_release,
 * session_backlogged, session_drained, session_end_of_input, session_abandon,
 * sessions_finish.
 */
#include "session.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "look.h"
#include "observe.h"
#include "pool.h"

/* Calls and their bytes that stop the reading of a client's input. */
#define MOST_CALLS 1000
#define MOST_BYTES ((size_t) 64 * 1024 * 1024)

/* Seconds for calls under way: after the end of input, after their cancellation. */
#define PATIENCE_AT_END 30
#define PATIENCE_CANCELLED 2

static struct
{
	struct event_base *base;	/* the event loop */
				TAILQ_HEAD(, Session) all;	/* all sessions */
	void		(*none_left) (void);	/* whom to tell when there is none any more */
				SLIST_HEAD(, SessionFollower) followers;	/* whom to tell of each */
}			sessions = {.all = TAILQ_HEAD_INITIALIZER(sessions.all)};

/* Take it out of the queue that it waits in; false when it was sent already. */
static bool
take_out(Request *request)
{
	switch (request->state)
	{
		case REQUEST_WAITING:
			look_drop(request);
			return true;
		case REQUEST_QUEUED:
			pool_drop(request);
			return true;
		case REQUEST_PARKED:
			call_of(request)->unpark(call_of(request));
			return true;
		case REQUEST_SENT:
			return false;
	}
	return false;
}

/* Look whether all is done, once its caller is. */
static void
look_soon(Session *session)
{
	static const struct timeval at_once = {0, 0};

	if (session->ending && event_add(session->changed, &at_once) < 0)
		log_fatal("cannot set a timer");
}

Call *
session_begin_call(Session *session, RequestKind kind, Era era, const RequestText *text,
				   RequestDone done)
{
	Call	   *call = (Call *) request_new(sizeof(Call), kind, text, &session->lane, done);

	call->session = session;
	call->era = era;
	call->began = clock_us();
	TAILQ_INSERT_TAIL(&session->calls, call, all);
	session->call_count++;
	session->call_bytes += call->request.size;
	if (session->call_count > MOST_CALLS || session->call_bytes > MOST_BYTES)
		session_hold(session, HOLD_CALLS);
	return call;
}

void
session_end_call(Call *call)
{
	Session    *session = call->session;

	TAILQ_REMOVE(&session->calls, call, all);
	session->call_count--;
	session->call_bytes -= call->request.size;
	if (call->began != 0)
		observe_call(&call->request, call->began);
	free(call);
	if (session->call_count <= MOST_CALLS / 2 && session->call_bytes <= MOST_BYTES / 2)
		session_release(session, HOLD_CALLS);
	look_soon(session);
}

void
session_cancel(Session *session, ScanSpan id)
{
	const SessionFollower *follower;
	Call	   *call;

	TAILQ_FOREACH(call, &session->calls, all)
	{
		if (!call->request.cancelled && call->request.id.length == id.length &&
			memcmp(call->request.id.start, id.start, id.length) == 0)
			break;
	}
	if (call == NULL)
	{
		/* it was answered already, or was never there, or its answer comes at its end */
		SLIST_FOREACH(follower, &sessions.followers, all)
		{
			if (follower->cancelled != NULL)
				follower->cancelled(session, id);
		}
		return;
	}
	call->request.cancelled = true;
	if (take_out(&call->request))
		session_end_call(call);
	else
		pool_cancel(&call->request);
}

void
session_hold(Session *session, SessionHold why)
{
	if (session->holds == 0)
		transport_hold(session->transport);
	session->holds |= why;
}

void
session_release(Session *session, SessionHold why)
{
	if ((session->holds & why) == 0)
		return;
	session->holds &= ~(unsigned int) why;
	if (session->holds == 0)
		transport_release(session->transport);
}

void
session_backlogged(Session *session)
{
	session->lane.held = true;
	session_hold(session, HOLD_OUTPUT);
}

void
session_drained(Session *session)
{
	const SessionFollower *follower;

	session->lane.held = false;
	session_release(session, HOLD_OUTPUT);
	SLIST_FOREACH(follower, &sessions.followers, all)
	{
		if (follower->drained != NULL)
			follower->drained(session);
	}
	pool_dispatch();
	look_soon(session);
}

/* Its calls are ended: at once where nothing was sent for them. */
static void
cancel_all(Session *session)
{
	Call	   *next;

	for (Call *call = TAILQ_FIRST(&session->calls); call != NULL; call = next)
	{
		next = TAILQ_NEXT(call, all);
		if (take_out(&call->request))
			request_failed(&call->request, ERROR_SHUTTING_DOWN, NULL);
		else
			pool_cancel(&call->request);
	}
}

/* Nobody waits any longer: what is still under way is told so. */
static void
give_up_all(Session *session)
{
	Call	   *call;

	while ((call = TAILQ_FIRST(&session->calls)) != NULL)
	{
		if (take_out(&call->request))
			request_failed(&call->request, ERROR_SHUTTING_DOWN, NULL);
		else
			pool_give_up(&call->request);
	}
}

static void
session_close(Session *session)
{
	const SessionFollower *follower;

	give_up_all(session);
	SLIST_FOREACH(follower, &sessions.followers, all)
	{
		if (follower->closing != NULL)
			follower->closing(session);
	}
	TAILQ_REMOVE(&sessions.all, session, all);
	transport_close(session->transport);
	event_free(session->patience);
	event_free(session->changed);
	free(session);
	if (TAILQ_EMPTY(&sessions.all))
		sessions.none_left();
}

static void
on_changed(evutil_socket_t fd, short what, void *arg)
{
	Session    *session = arg;

	(void) fd;
	(void) what;
	if (session->ending && session->call_count == 0 &&
		transport_is_drained(session->transport))
		session_close(session);
}

/* No more calls come; those under way have so many seconds. */
static void
finish(Session *session, int seconds)
{
	const struct timeval patience = {seconds, 0};
	const SessionFollower *follower;

	session->ending = true;
	SLIST_FOREACH(follower, &sessions.followers, all)
		follower->finishing(session);
	if (event_add(session->patience, &patience) < 0)
		log_fatal("cannot set a timer");
	look_soon(session);
}

static void
on_patience_over(evutil_socket_t fd, short what, void *arg)
{
	Session    *session = arg;

	(void) fd;
	(void) what;
	if (session->given_up)
	{
		session_close(session); /* the client does not read */
		return;
	}
	session->given_up = session->cancelled;
	session->cancelled = true;
	finish(session, PATIENCE_CANCELLED);
	if (session->given_up)
		give_up_all(session);
	else
		cancel_all(session);
}

void
session_end_of_input(Session *session)
{
	finish(session, PATIENCE_AT_END);
}

void
session_abandon(Session *session)
{
	session_hold(session, HOLD_END);
	finish(session, 0);
}

void
sessions_finish(int seconds)
{
	Session    *session;

	TAILQ_FOREACH(session, &sessions.all, all)
	{
		session_hold(session, HOLD_END);
		finish(session, seconds);
	}
	if (TAILQ_EMPTY(&sessions.all))
		sessions.none_left();
}

Session *
session_open(Transport *transport, const TransportHandlers *handlers)
{
	Session    *session = must_alloc(sizeof(*session));

	memset(session, 0, sizeof(*session));
	TAILQ_INIT(&session->calls);
	lane_init(&session->lane);
	TAILQ_INIT(&session->subscribed.all);
	TAILQ_INIT(&session->subscribed.behind);
	session->patience = evtimer_new(sessions.base, on_patience_over, session);
	session->changed = evtimer_new(sessions.base, on_changed, session);
	if (session->patience == NULL || session->changed == NULL)
		log_fatal("cannot make a timer");
	session->transport = transport;
	transport->handlers = handlers;
	transport->session = session;
	TAILQ_INSERT_TAIL(&sessions.all, session, all);
	return session;
}

void
sessions_follow(SessionFollower *follower)
{
	SLIST_INSERT_HEAD(&sessions.followers, follower, all);
}

void
sessions_open(struct event_base *base, void (*none_left) (void))
{
	sessions.base = base;
	sessions.none_left = none_left;
}
