/*
 * queries_http.h
 *		The SQL of HTTP: a request is one statement, its answer one row.
 */
#ifndef BRIDGE_QUERIES_HTTP_H
#define BRIDGE_QUERIES_HTTP_H

#include <libpq-fe.h>
#include <stdbool.h>

#include "request.h"

/* The columns that REQUEST_HTTP_* are answered with; behind them, those that answer.h knows. */
typedef enum HttpColumn
{
	HTTP_COLUMN_STATUS,
	HTTP_COLUMN_CONTENT_TYPE,
	HTTP_COLUMN_ETAG,
	HTTP_COLUMN_LOCATION,
	HTTP_COLUMN_ALLOW,
	HTTP_COLUMN_PREFERENCE,		/* Preference-Applied */
	HTTP_COLUMN_RETRY_AFTER,
	HTTP_COLUMN_ERROR_CODE,		/* of the extension's catalogue */
	HTTP_COLUMN_TOKEN,			/* its id */
	HTTP_COLUMN_MOST,			/* requests a minute, by it */
	HTTP_COLUMNS				/* how many there are */
} HttpColumn;

/* The value of a column, or NULL. */
static inline const char *
http_column(const PGresult *row, int column)
{
	return PQgetisnull(row, 0, column) ? NULL : PQgetvalue(row, 0, column);
}

/* The parameters of their statement. */
typedef struct HttpParameters
{
	int			count;
	const Oid  *types;
	const int  *formats;
} HttpParameters;

extern const HttpParameters http_parameters;

/*
 * The statement of a kind, for the extension's schema, where the server itself is at the other
 * end (direct), or a pooler; to be freed.
 */
extern char *queries_http_statement(RequestKind kind, const char *schema, bool direct);

/*
 * Send it, prepared as that name, or as that text (name is NULL); false as
 * PQsendQueryParams.  application is NULL where the session has that name already.
 */
extern bool queries_http_send(PGconn *pg, const char *name, const char *text,
							  const Request *request, const char *application);

/*
 * What REQUEST_OWN_ROLE asks: NULL, or why this role must not stand behind HTTP, or that of
 * --insecure-loopback cannot.  Roles of tokens have their rights by grants and row level
 * security; whoever is bound by neither would be one mistake of the bridge's away from all.
 */
extern bool queries_send_own_role(PGconn *pg);

#endif							/* BRIDGE_QUERIES_HTTP_H */
