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

/* The statements of a connection. */
typedef enum SqlKind
{
	SQL_LIST,					/* the catalogue of tools */
	SQL_READ,					/* a call of a tool that only reads */
	SQL_WRITE,					/* a call of any other tool */
	SQL_KINDS					/* how many there are */
} SqlKind;

/* What one connection knows of them. */
typedef struct Sql
{
	char	   *text[SQL_KINDS];	/* for the extension's schema; NULL until known */
	char		name[SQL_KINDS][24];	/* what it is, or is to be, prepared as */
	bool		prepared[SQL_KINDS];	/* has that been done? */
	bool		direct;			/* the server itself is at the other end, no pooler */
	bool		could_write;	/* transactions could write at the time of the lookup */
	int			limit;			/* how long a call may take, in milliseconds */
} Sql;

/*
 * Ask in which schema the extension lives: one row, or none.  Where the server
 * itself is at the other end, it also gets its statement_timeout here: one that
 * a statement sets binds those after it only.
 */
extern bool sql_send_lookup(PGconn *pg);

/* Make the statements from the answer; false when there is no extension. */
extern bool sql_learn(Sql *sql, PGconn *pg, const PGresult *answer);

/* Have the statements been made? */
static inline bool
sql_is_known(const Sql *sql)
{
	return sql->text[SQL_LIST] != NULL;
}

/* Does the call's statement have to be prepared first? */
extern bool sql_must_prepare(const Sql *sql, const Call *call);

/* Prepare it; false as PQsendPrepare.  On success, say so with sql_prepared. */
extern bool sql_send_prepare(Sql *sql, PGconn *pg, const Call *call);
extern void sql_prepared(Sql *sql, const Call *call);

/* Send the statement of a call; false as PQsendQueryParams. */
extern bool sql_send_call(const Sql *sql, PGconn *pg, const Call *call);

extern void sql_forget(Sql *sql);

#endif							/* BRIDGE_QUERIES_H */
