/*
 * session.h
 *		One client: what it said of itself, its calls under way, how it ends.
 *
 * Nothing of a client stands anywhere else; sessions share the event loop, the
 * pool and what the database says of its tools.
 *
 * At the end of its input a session finishes its calls and is closed; calls that
 * take longer are cancelled.
 */
#ifndef BRIDGE_SESSION_H
#define BRIDGE_SESSION_H

#include <event2/event.h>
#include <stdbool.h>
#include <sys/queue.h>

#include "request.h"
#include "transport.h"

/* Bytes of a client's name that are kept. */
#define AGENT_LIMIT 128

/* The two eras of MCP, decided for each message. */
typedef enum Era
{
	ERA_LEGACY,					/* up to 2025-11-25, after a handshake */
	ERA_MODERN					/* from 2026-07-28, without state */
} Era;

/* Why no lines are taken from a client; they are when there is no reason. */
typedef enum SessionHold
{
	HOLD_OUTPUT = 1,			/* it does not read its answers */
	HOLD_CALLS = 2,				/* too many of its calls wait for the database */
	HOLD_ANSWER = 4,			/* what follows is answered after what came before */
	HOLD_END = 8				/* it is to end */
} SessionHold;

typedef struct Session Session;

/* What a client waits for. */
typedef struct Call
{
	Request		request;		/* what the database is asked for it; stands first */
				TAILQ_ENTRY(Call) all;	/* place among the calls of its session */
	Session    *session;		/* whose it is */
	Era			era;			/* which shape the answer has */
	const char *version;		/* of initialize: what was agreed on; else NULL */
	bool		elicits;		/* its client can ask its user */
	unsigned int asked;			/* how often it has been, for this call */
	struct Consultation *consultation;	/* REQUEST_PARKED: what it is being asked (consult.h) */
	void		(*unpark) (struct Call *call);	/* and who gives it back */
	uint64_t	progress;		/* less than that is not told any more */
	uint64_t	began;			/* when it came, by clock_us; 0: another call goes on with it */
	bool		tools;			/* of subscriptions/listen: the list of tools is watched, too */
	bool		withdrawn;		/* of resources/subscribe: it has been unsubscribed meanwhile */
} Call;

TAILQ_HEAD(CallList, Call);

/* The call that a request is the beginning of. */
static inline Call *
call_of(Request *request)
{
	return (Call *) request;
}

TAILQ_HEAD(SubscriptionList, Subscription);

/* What a client is told of changes (subscriptions.h). */
typedef struct Subscribed
{
	struct SubscriptionList all;	/* its subscriptions, the newest first */
	struct SubscriptionList behind; /* those of which it is told when it reads again */
	unsigned int listens;		/* how many are modern */
	size_t		watches;		/* to how many resources */
	size_t		bytes;			/* and what all of them take */
	struct Subscription *tools; /* legacy: that to the list of tools, if it has listed them */
} Subscribed;

struct Session
{
	TAILQ_ENTRY(Session) all;	/* place among all sessions */
	Transport  *transport;		/* how it is reached */
	bool		handshake_done; /* legacy: there was an initialize */
	bool		elicits;		/* legacy: the client can ask its user */
	char		agent[AGENT_LIMIT + 1]; /* legacy: the client's name; or "" */
	struct CallList calls;		/* those under way */
	unsigned int call_count;	/* how many */
	size_t		call_bytes;		/* and what they take */
	unsigned int consult_count; /* how many of them wait for the client's user */
	size_t		consult_bytes;	/* and what these take */
	Lane		lane;			/* where they queue for a connection */
	Subscribed	subscribed;		/* what it is told of changes */
	unsigned int holds;			/* SessionHold bits */
	bool		ending;			/* no new calls come */
	bool		cancelled;		/* those under way have been cancelled */
	bool		given_up;		/* those that did not end then have been told */
	struct event *patience;		/* calls under way take too long */
	struct event *changed;		/* perhaps all is done */
};

/* Who has something of clients beside their calls; what may be NULL, it is not told. */
typedef struct SessionFollower
{
	SLIST_ENTRY(SessionFollower) all;	/* place among all followers */
	void		(*cancelled) (Session *session, ScanSpan id);	/* what is no call; or NULL */
	void		(*drained) (Session *session);	/* the client reads again; or NULL */
	void		(*finishing) (Session *session);	/* nothing comes from it any more */
	void		(*closing) (Session *session);	/* it ends now; or NULL */
} SessionFollower;

/* At the beginning; it stays there. */
extern void sessions_follow(SessionFollower *follower);

/* Before the first one; none_left is called when the last one has been closed. */
extern void sessions_open(struct event_base *base, void (*none_left) (void));

/* A new client, and what it is reached by; handlers are told what comes from it. */
extern Session *session_open(Transport *transport, const TransportHandlers *handlers);

/* A new call, which is not handed in yet; it ends, answered or not, with session_end_call. */
extern Call *session_begin_call(Session *session, RequestKind kind, Era era,
								const RequestText *text, RequestDone done);
extern void session_end_call(Call *call);

/* The client cancels its request with that id. */
extern void session_cancel(Session *session, ScanSpan id);

/* Take no lines from the client for this reason; for this one no more. */
extern void session_hold(Session *session, SessionHold why);
extern void session_release(Session *session, SessionHold why);

/* Does the client not read what it is sent? */
static inline bool
session_is_backlogged(const Session *session)
{
	return session->lane.held;
}

/* The client is slow to read, or has read. */
extern void session_backlogged(Session *session);
extern void session_drained(Session *session);

/* The input has ended: no more calls come, and those under way have half a minute. */
extern void session_end_of_input(Session *session);

/* The client takes no answers any more: its calls are cancelled. */
extern void session_abandon(Session *session);

/* The process is to end: no input is taken any more, calls under way have so many seconds. */
extern void sessions_finish(int seconds);

#endif							/* BRIDGE_SESSION_H */
