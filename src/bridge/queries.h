/*
 * queries.h
 *		All SQL that the bridge ever sends.
 *
 * Each statement is one implicit transaction, so that settings made for a call
 * end with it and a transaction-pooling PgBouncer may stand in between.  No
 * text of a client's enters a statement: it travels in parameters.
 *
 * Statements are prepared where the server itself is at the other end.  Behind
 * a pooler the next transaction may meet another server, so there each call is
 * parsed anew.
 */
#ifndef BRIDGE_QUERIES_H
#define BRIDGE_QUERIES_H

#include <libpq-fe.h>
#include <stdbool.h>

#include "request.h"

/* What one connection knows of its statements. */
typedef struct Queries
{
	char	   *text[REQUEST_KINDS];	/* for the extension's schema; NULL until known */
	char		name[REQUEST_KINDS][24];	/* what it is, or is to be, prepared as */
	bool		prepared[REQUEST_KINDS];	/* has that been done? */
	bool		direct;			/* the server itself is at the other end, no pooler */
	bool		could_write;	/* transactions could write when the extension was looked for */
	bool		recent;			/* the extension is no older than this program */
	uint64_t	learned;		/* when that was found, by clock_ms */
	int			limit;			/* how long a request may take, in milliseconds */
} Queries;

/* What REQUEST_MAY_SEAL is answered with; NULL: the extension is too old, or not there. */
#define MAY_SEAL "may"
#define MAY_NOT_SEAL "denied"	/* no EXECUTE */
#define CANNOT_SEAL "reads"		/* a standby, or transactions that only read */

/* What REQUEST_READY is answered with; NULL: the extension is not there. */
#define READY "ready"

/* What a request is called in the log: a tool, or the function that it asks. */
extern const char *queries_name(const Request *request);

/* Must the extension have been looked for before this request? */
extern bool queries_must_locate(const Queries *queries, const Request *request);

/*
 * Ask in which schema the extension lives: one row, or none.  Where the server
 * itself is at the other end, it also gets its statement_timeout here: one that
 * a statement sets binds those after it only.
 */
extern bool queries_send_location(PGconn *pg);

/* Make the statements from the answer; false when there is no extension. */
extern bool queries_learn(Queries *queries, PGconn *pg, const PGresult *answer);

/* Does the request's statement have to be prepared first? */
extern bool queries_must_prepare(const Queries *queries, const Request *request);

/* Prepare it; false as PQsendPrepare.  On success, say so with queries_prepared. */
extern bool queries_send_prepare(Queries *queries, PGconn *pg, const Request *request);
extern void queries_prepared(Queries *queries, const Request *request);

/* Send the statement of a request; false as PQsendQueryParams. */
extern bool queries_send(const Queries *queries, PGconn *pg, const Request *request);

/*
 * Does this answer show that the server cannot be written to any more, though
 * the request wants to write?
 */
extern bool queries_show_demotion(Queries *queries, const Request *request,
								  const PGresult *answer);

/* The extension has to be looked for again. */
extern void queries_forget(Queries *queries);

#endif							/* BRIDGE_QUERIES_H */
