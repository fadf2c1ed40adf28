/*
 * sql.h
 *		All SQL that the bridge ever sends.
 *
 * Each statement is one implicit transaction, so that settings made for a call
 * end with it and a transaction-pooling PgBouncer may stand in between.  No
 * text of a client's enters a statement: it travels in parameters.
 */
#ifndef BRIDGE_SQL_H
#define BRIDGE_SQL_H

#include <libpq-fe.h>
#include <stdbool.h>

#include "call.h"

/* The statements for one connection, whose extension lives in some schema. */
typedef struct Sql
{
	char	   *list;			/* the catalogue of tools; NULL until known */
	char	   *call_read;		/* a call of a tool that only reads */
	char	   *call_write;		/* a call of any other tool */
} Sql;

/* Ask in which schema the extension lives: one row, or none. */
extern bool sql_send_lookup(PGconn *pg);

/* Make the statements from the answer; false when there is no extension. */
extern bool sql_learn(Sql *sql, PGconn *pg, const PGresult *answer);

/* Send the statement of a call; false as PQsendQueryParams. */
extern bool sql_send_call(const Sql *sql, PGconn *pg, const Call *call);

/* The value that the statement of a call returned, or NULL. */
extern const char *sql_value(const PGresult *answer, size_t *length);

extern void sql_forget(Sql *sql);

#endif							/* BRIDGE_SQL_H */
