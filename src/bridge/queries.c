/*
 * queries.c
 *		All SQL that the bridge ever sends.
 *
 * Entry points: sql_send_lookup, sql_learn, sql_must_prepare, sql_send_prepare,
 * sql_prepared, sql_send_call, sql_forget.
 */
#include "queries.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "command_line.h"

/* pg_type.h's OIDs of int4 and text, which are as fixed as the wire protocol. */
#define INT4_OID 23
#define TEXT_OID 25

/*
 * Neither names nor operators may be taken from the session's search_path.  A
 * pooler tells its clients of another process than the server's ($1); there
 * the session is not ours, and no setting may stay behind.  A lower limit that
 * an administrator set stays ($2 and s.setting: milliseconds).
 */
static const char lookup[] =
"SELECT n.nspname, pg_catalog.pg_backend_pid(), s.setting,"
" pg_catalog.current_setting('transaction_read_only'),"
" CASE WHEN pg_catalog.pg_backend_pid() OPERATOR(pg_catalog.=) $1"
" AND (s.setting OPERATOR(pg_catalog.=) '0'"
" OR s.setting::pg_catalog.int4 OPERATOR(pg_catalog.>) $2)"
" THEN pg_catalog.set_config('statement_timeout', $2::pg_catalog.text, false) END"
" FROM pg_catalog.pg_extension e"
" JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace"
" JOIN pg_catalog.pg_settings s ON s.name OPERATOR(pg_catalog.=) 'statement_timeout'"
" WHERE e.extname OPERATOR(pg_catalog.=) 'scimver'";

/*
 * The parts of a statement.  A target list is evaluated from left to right, so
 * the settings hold when the tool runs, and when the tools are listed: what
 * the list says follows them.  $3 is NULL where the session has that name
 * already.
 */
static const char set_agent[] =
"SELECT CASE WHEN $3 IS NOT NULL"
" THEN pg_catalog.set_config('application_name', $3, true) END,"
" pg_catalog.set_config('scimver.agent', $4, true)";

/* For --tenant: what a call leaves out is that tenant, what it names must be. */
static const char set_tenant[] =
", pg_catalog.set_config('scimver.tenant', $5, true)"
", pg_catalog.set_config('scimver.only_tenant', $5, true)";

/* For --require-version.  Without it nothing is set: the role or the database may have it on. */
static const char set_require_version[] =
", pg_catalog.set_config('scimver.require_version', 'on', true)";

/* What a tool says of itself is enforced: only so may a lost read be repeated. */
static const char set_read_only[] =
", pg_catalog.set_config('transaction_read_only', 'on', true)";

/* An acknowledged write must survive a crash: off becomes local, no more. */
static const char set_commit[] =
", CASE WHEN pg_catalog.current_setting('synchronous_commit') OPERATOR(pg_catalog.=) 'off'"
" THEN pg_catalog.set_config('synchronous_commit', 'local', true) END";

/* Before a tool that writes: can it?  NULL: yes; else whether this is a standby. */
static const char may_write[] =
", CASE WHEN pg_catalog.current_setting('transaction_read_only') OPERATOR(pg_catalog.=) 'on'"
" THEN pg_catalog.pg_is_in_recovery() END AS standby";

/*
 * After it: a commit that ends its wait for a standby only warns.  A role's
 * setting or a trigger's must not hide that.
 */
static const char set_messages[] =
", pg_catalog.set_config('client_min_messages', 'warning', true)";

/* What it is all for. */
static const char *const functions[SQL_KINDS] = {
	[SQL_LIST] = "scim_tools()",
	[SQL_READ] = "scim_call_tool($1, $2)",
	[SQL_WRITE] = "scim_call_tool($1, $2)"
};

/*
 * All statements have the same parameters, and name those that they need.  $2
 * goes in binary form, that is with its length: it may hold NUL bytes.
 */
#define PARAMETERS 5

static const Oid types[PARAMETERS] = {TEXT_OID, TEXT_OID, TEXT_OID, TEXT_OID, TEXT_OID};
static const int formats[PARAMETERS] = {0, 1, 0, 0, 0};

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
	static const Oid int4s[] = {INT4_OID, INT4_OID};
	char		pid[16];
	char		limit[16];
	const char *values[] = {pid, limit};

	(void) snprintf(pid, sizeof(pid), "%d", PQbackendPID(pg));
	(void) snprintf(limit, sizeof(limit), "%d", options.timeout * 1000);
	return PQsendQueryParams(pg, lookup, 2, int4s, values, NULL, NULL, 0) == 1;
}

static char *
statement(SqlKind kind, const char *schema)
{
	bool		writes = kind == SQL_WRITE;
	Buf			text = {NULL, 0, 0};

	buf_text(&text, set_agent);
	if (options.tenant != NULL)
		buf_text(&text, set_tenant);
	if (options.require_version)
		buf_text(&text, set_require_version);
	buf_text(&text, writes ? set_commit : set_read_only);
	if (writes)
		buf_text(&text, may_write);
	buf_printf(&text, ", %s.%s AS answer", schema, functions[kind]);
	if (writes)
		buf_text(&text, set_messages);
	buf_put(&text, "", 1);
	return text.data;
}

/* The number in the first row of a lookup's answer. */
static long
number_in(const PGresult *answer, int column)
{
	return strtol(PQgetvalue(answer, 0, column), NULL, 10);
}

bool
sql_learn(Sql *sql, PGconn *pg, const PGresult *answer)
{
	long		limit;
	char	   *schema;

	if (PQntuples(answer) != 1)
		return false;
	schema = PQescapeIdentifier(pg, PQgetvalue(answer, 0, 0),
								(size_t) PQgetlength(answer, 0, 0));
	if (schema == NULL)
		return false;
	sql_forget(sql);
	sql->direct = number_in(answer, 1) == PQbackendPID(pg);
	limit = number_in(answer, 2);
	sql->limit = options.timeout * 1000;
	if (limit > 0 && limit < sql->limit)
		sql->limit = (int) limit;
	sql->could_write = strcmp(PQgetvalue(answer, 0, 3), "off") == 0;
	for (int kind = 0; kind < SQL_KINDS; kind++)
		sql->text[kind] = statement((SqlKind) kind, schema);
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
	return PQsendPrepare(pg, sql->name[kind], sql->text[kind], PARAMETERS, types) == 1;
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
	const char *known = PQparameterStatus(pg, "application_name");
	const char *values[PARAMETERS] = {call->tool, call->arguments.start, call->application,
	call->agent, options.tenant};
	int			lengths[PARAMETERS] = {0};

	if (call->arguments.length > INT_MAX)
		return false;			/* a line is far shorter */
	lengths[1] = (int) call->arguments.length;
	if (known != NULL && strcmp(known, call->application) == 0)
		values[2] = NULL;
	if (sql->prepared[kind])
		return PQsendQueryPrepared(pg, sql->name[kind], PARAMETERS, values, lengths, formats, 0) ==
			1;
	return PQsendQueryParams(pg, sql->text[kind], PARAMETERS, types, values, lengths, formats, 0) ==
		1;
}

void
sql_forget(Sql *sql)
{
	for (int kind = 0; kind < SQL_KINDS; kind++)
		free(sql->text[kind]);
	memset(sql, 0, sizeof(*sql));
}
