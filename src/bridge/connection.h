/*
 * connection.h
 *		One connection to the database, without blocking.
 */
#ifndef BRIDGE_CONNECTION_H
#define BRIDGE_CONNECTION_H

#include <event2/event.h>
#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "queries.h"
#include "request.h"
#include "watch.h"

typedef enum ConnectionState
{
	CONNECTION_CLOSED,			/* there is none */
	CONNECTION_OPENING,			/* it is being made */
	CONNECTION_IDLE,			/* it waits for a request */
	CONNECTION_LOCATING,		/* it asks where the extension is, for its request */
	CONNECTION_PREPARING,		/* it prepares its request's statement */
	CONNECTION_BUSY				/* the request's statement was handed to libpq */
} ConnectionState;

typedef struct Connection Connection;

/*
 * Whom a connection tells; none of them is told from within connection_close.
 * How a request ends is told by its "done".
 */
typedef struct ConnectionHandlers
{
	void		(*ready) (Connection *c);	/* it may be idle, or its slot free */
	/* it could not be opened */
	void		(*refused) (Connection *c, OwnError error, const char *reason);
	void		(*gone) (Connection *c);	/* it was lost */
	void		(*demoted) (Connection *c); /* its server cannot be written to any more */
	/* a channel that it listens to was notified; NULL: it listens to none */
	void		(*notified) (Connection *c, const PGnotify *notification);
} ConnectionHandlers;

struct Connection
{
	const ConnectionHandlers *handlers; /* whom it tells */
	ConnectionState state;		/* what it is doing */
	PGconn	   *pg;				/* libpq's side of it */
	Watch		watch;			/* the event loop's */
	Request    *request;		/* what it works on; or NULL */
	PGresult   *answer;			/* the last result, or the first error, so far */
	uint64_t	sent;			/* when its statement was handed to libpq, by clock_us */
	bool		flushing;		/* some of the statement is still unsent */
	bool		broken;			/* libpq reported the end of the connection */
	bool		cancelling;		/* a cancel request is on its way */
	bool		seeking;		/* it opens only where the server can be written to */
	bool		outdated;		/* to be closed when its request is done */
	Queries		queries;		/* statements for the extension's schema */
	uint64_t	last_used;		/* rises with each use of any connection */
};

/* Before the first one. */
extern void connections_open(struct event_base *base);

/* A closed one, for these handlers; it stays where it is. */
extern void connection_init(Connection *c, const ConnectionHandlers *handlers);

/* Begin to open it; application is what it is called until a request says more. */
extern void connection_start(Connection *c, const char *application);

/* Is an idle connection still there?  If not, it is closed. */
extern bool connection_is_alive(Connection *c);

/* Give an idle connection a request. */
extern void connection_take(Connection *c, Request *request);

/* Cancel its statement. */
extern void connection_cancel(Connection *c);

/* Close it now, or when its request is done. */
extern void connection_retire(Connection *c);

/* Close it without waiting any longer; its request is told what that means. */
extern void connection_give_up(Connection *c);

/* Close it, whatever it does; nobody is told. */
extern void connection_close(Connection *c);

#endif							/* BRIDGE_CONNECTION_H */
