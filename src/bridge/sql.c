/*
 * sql.c
 *		All SQL that the bridge ever sends.
 *
 * Entry points: sql_send_lookup, sql_learn, sql_send_call, sql_value,
 * sql_forget.
 */
#include "sql.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "options.h"

/* pg_type.h's OID of text, which is as fixed as the wire protocol. */
#define TEXT_OID 25

/* Neither names nor operators may be taken from the session's search_path. */
static const char lookup[] =
"SELECT n.nspname FROM pg_catalog.pg_extension e"
" JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace"
" WHERE e.extname OPERATOR(pg_catalog.=) 'scimver'";

/*
 * The parts of a call's statement.  A target list is evaluated from left to
 * right, so the settings hold when the tool runs.
 */
static const char set_agent[] =
"SELECT pg_catalog.set_config('application_name', $3, true),"
" pg_catalog.set_config('scimver.agent', $4, true)";

/* For --tenant: what a call leaves out is that tenant, what it names must be. */
static const char set_tenant[] =
", pg_catalog.set_config('scimver.tenant', $5, true)"
", pg_catalog.set_config('scimver.only_tenant', $5, true)";

/* What a tool says of itself is enforced: only so may a lost read be repeated. */
static const char set_read_only[] =
", pg_catalog.set_config('transaction_read_only', 'on', true)";

/* An acknowledged write must survive a crash: off becomes local, no more. */
static const char set_commit[] =
", pg_catalog.set_config('synchronous_commit',"
" CASE pg_catalog.current_setting('synchronous_commit')"
" WHEN 'off' THEN 'local'"
" ELSE pg_catalog.current_setting('synchronous_commit') END, true)";

bool
sql_send_lookup(PGconn *pg)
{
	return PQsendQueryParams(pg, lookup, 0, NULL, NULL, NULL, NULL, 0) == 1;
}

static char *
finish(Buf *text)
{
	buf_put(text, "", 1);
	return text->data;
}

static char *
call_statement(const char *schema, bool writes)
{
	Buf			text = {NULL, 0, 0};

	buf_text(&text, set_agent);
	if (options.tenant != NULL)
		buf_text(&text, set_tenant);
	buf_text(&text, writes ? set_commit : set_read_only);
	buf_printf(&text, ", %s.scim_call_tool($1, $2)", schema);
	return finish(&text);
}

bool
sql_learn(Sql *sql, PGconn *pg, const PGresult *answer)
{
	Buf			list = {NULL, 0, 0};
	char	   *schema;

	if (PQntuples(answer) != 1)
		return false;
	schema = PQescapeIdentifier(pg, PQgetvalue(answer, 0, 0),
								(size_t) PQgetlength(answer, 0, 0));
	if (schema == NULL)
		return false;
	sql_forget(sql);
	buf_printf(&list, "SELECT %s.scim_tools()", schema);
	sql->list = finish(&list);
	sql->call_read = call_statement(schema, false);
	sql->call_write = call_statement(schema, true);
	PQfreemem(schema);
	return true;
}

bool
sql_send_call(const Sql *sql, PGconn *pg, const Call *call)
{
	/* $2 goes in binary form, that is with its length: it may hold NUL bytes */
	static const Oid types[] = {TEXT_OID, TEXT_OID, TEXT_OID, TEXT_OID, TEXT_OID};
	static const int formats[] = {0, 1, 0, 0, 0};
	const char *values[] = {call->tool, call->arguments.start, call->application,
	call->agent, options.tenant};
	int			lengths[] = {0, 0, 0, 0, 0};

	if (call->kind != CALL_TOOL)
		return PQsendQueryParams(pg, sql->list, 0, NULL, NULL, NULL, NULL, 0) == 1;
	if (call->arguments.length > INT_MAX)
		return false;			/* a line is far shorter */
	lengths[1] = (int) call->arguments.length;
	return PQsendQueryParams(pg, call->read_only ? sql->call_read : sql->call_write,
							 options.tenant != NULL ? 5 : 4,
							 types, values, lengths, formats, 0) == 1;
}

const char *
sql_value(const PGresult *answer, size_t *length)
{
	int			column = PQnfields(answer) - 1;

	if (PQntuples(answer) != 1 || column < 0 || PQgetisnull(answer, 0, column))
		return NULL;
	*length = (size_t) PQgetlength(answer, 0, column);
	return PQgetvalue(answer, 0, column);
}

void
sql_forget(Sql *sql)
{
	free(sql->list);
	free(sql->call_read);
	free(sql->call_write);
	memset(sql, 0, sizeof(*sql));
}
