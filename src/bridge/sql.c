/*
 * sql.c
 *		All SQL that the bridge ever sends.
 *
 * Entry points: sql_send_lookup, sql_learn, sql_must_prepare, sql_send_prepare,
 * sql_prepared, sql_send_call, sql_value, sql_forget.
 */
#include "sql.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "options.h"

/* pg_type.h's OID of text, which is as fixed as the wire protocol. */
#define TEXT_OID 25

/*
 * Neither names nor operators may be taken from the session's search_path.  A
 * pooler tells its clients of another process than the server's.
 */
static const char lookup[] =
"SELECT n.nspname, pg_catalog.pg_backend_pid() FROM pg_catalog.pg_extension e"
" JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace"
" WHERE e.extname OPERATOR(pg_catalog.=) 'scimver'";

/*
 * The parts of a call's statement.  A target list is evaluated from left to
 * right, so the settings hold when the tool runs.  $3 is NULL where the session
 * has that name already.
 */
static const char set_agent[] =
"SELECT CASE WHEN $3 IS NOT NULL"
" THEN pg_catalog.set_config('application_name', $3, true) END,"
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
", CASE WHEN pg_catalog.current_setting('synchronous_commit') OPERATOR(pg_catalog.=) 'off'"
" THEN pg_catalog.set_config('synchronous_commit', 'local', true) END";

/* $2 goes in binary form, that is with its length: it may hold NUL bytes. */
static const Oid types[] = {TEXT_OID, TEXT_OID, TEXT_OID, TEXT_OID, TEXT_OID};
static const int formats[] = {0, 1, 0, 0, 0};

static int
parameter_count(SqlKind kind)
{
	return kind == SQL_LIST ? 0 : options.tenant != NULL ? 5 : 4;
}

static SqlKind
kind_of(const Call *call)
{
	if (call->kind != CALL_TOOL)
		return SQL_LIST;
	return call->read_only ? SQL_READ : SQL_WRITE;
}

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
	sql->direct = strtol(PQgetvalue(answer, 0, 1), NULL, 10) == PQbackendPID(pg);
	buf_printf(&list, "SELECT %s.scim_tools()", schema);
	sql->text[SQL_LIST] = finish(&list);
	sql->text[SQL_READ] = call_statement(schema, false);
	sql->text[SQL_WRITE] = call_statement(schema, true);
	PQfreemem(schema);
	return true;
}

bool
sql_must_prepare(const Sql *sql, const Call *call)
{
	return call->kind == CALL_TOOL && sql->direct && !sql->prepared[kind_of(call)];
}

bool
sql_send_prepare(Sql *sql, PGconn *pg, const Call *call)
{
	/* names are never used twice: what was forgotten may still exist */
	static unsigned int names_given;
	SqlKind		kind = kind_of(call);

	(void) snprintf(sql->name[kind], sizeof(sql->name[kind]), "scimver_%u", ++names_given);
	return PQsendPrepare(pg, sql->name[kind], sql->text[kind], parameter_count(kind), types) == 1;
}

void
sql_prepared(Sql *sql, const Call *call)
{
	sql->prepared[kind_of(call)] = true;
}

bool
sql_send_call(const Sql *sql, PGconn *pg, const Call *call)
{
	SqlKind		kind = kind_of(call);
	int			count = parameter_count(kind);
	const char *known = PQparameterStatus(pg, "application_name");
	const char *values[] = {call->tool, call->arguments.start, call->application,
	call->agent, options.tenant};
	int			lengths[] = {0, 0, 0, 0, 0};

	if (call->arguments.length > INT_MAX)
		return false;			/* a line is far shorter */
	lengths[1] = (int) call->arguments.length;
	if (known != NULL && strcmp(known, call->application) == 0)
		values[2] = NULL;
	if (sql->prepared[kind])
		return PQsendQueryPrepared(pg, sql->name[kind], count, values, lengths, formats, 0) == 1;
	return PQsendQueryParams(pg, sql->text[kind], count, types, values, lengths, formats, 0) == 1;
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
	for (int kind = 0; kind < SQL_KINDS; kind++)
		free(sql->text[kind]);
	memset(sql, 0, sizeof(*sql));
}
