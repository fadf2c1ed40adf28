/*
 * transport.h
 *		How messages come from a client and go to it: a table of functions, of which
 *		each kind of transport has its own.
 *
 * A transport hands on whole lines (TransportHandlers), from the event loop and
 * never from within its own functions, but for "backlogged", which send may tell.
 * The session that it was given is all that it knows of who uses it.
 */
#ifndef BRIDGE_TRANSPORT_H
#define BRIDGE_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/* Official clients drop a connection at a longer line, so neither side may send one. */
#define LINE_LIMIT ((size_t) 10 * 1024 * 1024)

/* Whom a transport tells; all get its session. */
typedef struct TransportHandlers
{
	/* a whole line, without its newline */
	void		(*line) (void *session, const char *line, size_t length);
	void		(*too_long) (void *session);	/* a line over LINE_LIMIT began; it is skipped */
	void		(*end) (void *session); /* no more input will come */
	void		(*gone) (void *session);	/* nor is output taken any more */
	void		(*backlogged) (void *session);	/* the client is slow to read: produce no more */
	void		(*drained) (void *session); /* it has read: go on; or all has been written */
} TransportHandlers;

typedef struct Transport Transport;

/* What a kind of transport can do. */
typedef struct TransportKind
{
	void		(*send) (Transport *transport, const Buf *message); /* bytes that end a line */
	bool		(*is_drained) (const Transport *transport); /* has everything been written? */
	void		(*hold) (Transport *transport); /* hand on no more lines */
	void		(*release) (Transport *transport);	/* go on with them */
	void		(*close) (Transport *transport);	/* the end of it; frees what it has */
} TransportKind;

/* One client's; it stands first in what its kind keeps. */
struct Transport
{
	const TransportKind *kind;	/* what it can do */
	const TransportHandlers *handlers;	/* whom it tells */
	void	   *session;		/* what they get */
};

static inline void
transport_send(Transport *transport, const Buf *message)
{
	transport->kind->send(transport, message);
}

static inline bool
transport_is_drained(const Transport *transport)
{
	return transport->kind->is_drained(transport);
}

static inline void
transport_hold(Transport *transport)
{
	transport->kind->hold(transport);
}

static inline void
transport_release(Transport *transport)
{
	transport->kind->release(transport);
}

static inline void
transport_close(Transport *transport)
{
	transport->kind->close(transport);
}

#endif							/* BRIDGE_TRANSPORT_H */
