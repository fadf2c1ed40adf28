/*
 * http_connection.h
 *		One client's connection: bytes in and out, how long is waited for them, its end.
 *
 * It knows no requests: what comes is told by handlers (http_serve.c), which say in
 * which phase it is.
 */
#ifndef BRIDGE_HTTP_CONNECTION_H
#define BRIDGE_HTTP_CONNECTION_H

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdbool.h>
#include <sys/queue.h>

#include "buf.h"
#include "http_listen.h"
#include "http_unsent.h"

/* What is waited for. */
typedef enum HttpPhase
{
	PHASE_HANDSHAKE,			/* TLS to be agreed on */
	PHASE_IDLE,					/* a request */
	PHASE_HEAD,					/* the rest of its head */
	PHASE_BODY,					/* the rest of its body */
	PHASE_ANSWER,				/* its answer, from the route */
	PHASE_HELD,					/* the client to read answers, before more is asked of it */
	PHASE_LAST,					/* the client to read its last answer */
	PHASE_END,					/* the client to close, who has been told that we do */
	HTTP_PHASES					/* how many there are */
} HttpPhase;

typedef struct HttpConnection HttpConnection;

/* Who is told.  A connection may be closed in any of these, not freed in another way. */
typedef struct HttpHandlers
{
	void		(*input) (HttpConnection *connection);	/* there are bytes to take */
	void		(*drained) (HttpConnection *connection);	/* all answers have been written */
	/* the client has gone, or (ended) sends nothing more */
	void		(*lost) (HttpConnection *connection, bool ended);
	void		(*expired) (HttpConnection *connection);	/* the phase takes too long */
	void		(*answered) (HttpConnection *connection, bool close);	/* its request has been */
} HttpHandlers;

struct HttpConnection
{
	TAILQ_ENTRY(HttpConnection) all;	/* place among all of them */
	const HttpListener *listener;	/* by which it came */
	HttpAddress peer;			/* from where */
	struct bufferevent *socket; /* what it is reached by; NULL: it is closed */
	struct event deadline;		/* the phase takes too long */
	HttpPhase	phase;			/* what is waited for */
	bool		serving;		/* within http_serve.c: its turn is not over */
	bool		ended;			/* the client sends nothing more */
	bool		broken;			/* nothing can be written any more */
	bool		watched;		/* nothing is read, but its end would be seen */
	Buf			in;				/* bytes that were taken: a head, and what came with it */
	size_t		at;				/* bytes of them that are done with */
	size_t		looked;			/* and those that were looked at */
	size_t		skip;			/* bytes to come of a body that nobody wants */
	HttpUnsent	unsent;			/* its answers that wait to be written */
	size_t		unread;			/* the same, with what the system has, when that was looked at */
	struct HttpExchange *exchange;	/* the request under way; or NULL */
};

/* Before the first one. */
extern void http_connections_open(struct event_base *base, const HttpHandlers *handlers);

/* A client has connected, by this socket, which is the connection's now. */
extern HttpConnection *http_connection_new(const HttpListener *listener, int fd,
										   const HttpAddress *peer);

/* Its phase is this one now; what it waits for has the time that the phase has. */
extern void http_connection_enter(HttpConnection *c, HttpPhase phase);

/* The phase may take so many milliseconds more. */
extern void http_connection_extend(HttpConnection *c, uint64_t ms);

/* Take bytes into c->in; false: there are none. */
extern bool http_connection_take(HttpConnection *c);

/* Look at bytes that were not taken; how many there are. */
extern size_t http_connection_peek(HttpConnection *c, const char **bytes);

/* Drop so many of them. */
extern void http_connection_drop(HttpConnection *c, size_t length);

extern void http_connection_drop_all(HttpConnection *c);

/* Write these, one behind the other. */
extern void http_connection_send(HttpConnection *c, const Buf *head, const char *body,
								 size_t length);

/* Has the client read, since it was asked last, no less than it must in a phase? */
extern bool http_connection_reads(HttpConnection *c);

/* Are there so many unread answers that its next request has to wait? */
extern bool http_connection_is_backlogged(HttpConnection *c);

/* Its request has been answered. */
extern void http_connection_answered(HttpConnection *c, bool close);

/* Tell the client that no more comes. */
extern void http_connection_shut(HttpConnection *c);

/* Close its socket; nothing more is told of it. */
extern void http_connection_close(HttpConnection *c);

/* The end of it. */
extern void http_connection_free(HttpConnection *c);

/* One of those that are idle; NULL: there is none. */
extern HttpConnection *http_connection_idle(void);

/* How many are not, and how many there are. */
extern unsigned int http_connections_busy(void);
extern unsigned int http_connections_count(void);

#endif							/* BRIDGE_HTTP_CONNECTION_H */
