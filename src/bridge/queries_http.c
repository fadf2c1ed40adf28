/*
 * queries_http.c
 *		The SQL of HTTP: a request is one statement, its answer one row.
 *
 * The settings stand in a subquery that the function refers to laterally, so they are
 * made before it runs, and what the list of columns has is evaluated behind it.
 *
 * What code of the application's would leave behind in the session is asked for, and told,
 * where the session is this process's own: it can be closed.  A pooler would hand it to
 * others; who does not ask has the transaction fail for that.
 *
 * Entry points: http_parameters, queries_http_statement, queries_http_send,
 * queries_send_own_role.
 */
#include "queries_http.h"

#include <limits.h>

#include "buf.h"
#include "clauses.h"
#include "command_line.h"

/* pg_type.h's OIDs of bytea and text, which are as fixed as the wire protocol. */
#define BYTEA_OID 17
#define TEXT_OID 25

/* Bytes of a token's digest. */
#define DIGEST_LENGTH 32

/* $1 to $10. */
enum
{
	METHOD, PATH, QUERY, HEADERS, BODY, TOKEN, APPLICATION, BASE_URL, ROLE, TENANT, COUNT
};

static const Oid types[COUNT] = {
	[METHOD] = TEXT_OID, [PATH] = TEXT_OID, [QUERY] = TEXT_OID, [HEADERS] = TEXT_OID,
	[BODY] = BYTEA_OID, [TOKEN] = BYTEA_OID, [APPLICATION] = TEXT_OID, [BASE_URL] = TEXT_OID,
	[ROLE] = TEXT_OID, [TENANT] = TEXT_OID
};
static const int formats[COUNT] = {[BODY] = 1, [TOKEN] = 1};

const HttpParameters http_parameters = {COUNT, types, formats};

/* HttpColumn has their order. */
static const char columns[] =
"SELECT h.status, h.content_type, h.etag, h.location, h.allow, h.preference, h.retry_after,"
" h.error_code, h.caller OPERATOR(pg_catalog.->>) 'token',"
" h.caller OPERATOR(pg_catalog.->>) 'max_per_minute', h.answer";

/* Could it be written, before the token made of it what it is for who asks? */
static const char standby[] = ", s.standby";

/* Where the database does not say what it is reached by, what its client said is true for him. */
static const char settings[] =
" FROM (SELECT $6 AS token,"
" CASE WHEN $7 IS NOT NULL THEN pg_catalog.set_config('application_name', $7, true) END,"
" CASE WHEN $8 IS NOT NULL"
" AND coalesce(pg_catalog.current_setting('scimver.base_url', true), '') OPERATOR(pg_catalog.=) ''"
" THEN pg_catalog.set_config('scimver.base_url', $8, true) END";

/* Nobody without a token is taken for the session's own role: he learns what there is. */
static const char without_token[] =
", CASE WHEN $6 IS NULL AND $9 IS NULL"
" THEN pg_catalog.set_config('scimver.discovery_only', 'on', true) END";

/*
 * First of all the role that it has, and that which it could return to by RESET ROLE: is it a
 * superuser's, or has it rights on a table that has a trigger of scimver's, and is none of its
 * own?  Then $1, that of --insecure-loopback.
 */
static const char own_role[] =
"SELECT coalesce((SELECT 'the role of --http must be able to do nothing by itself: '"
" OPERATOR(pg_catalog.||) CASE"
" WHEN r.rolsuper THEN pg_catalog.format('%I is a superuser', r.rolname)"
" WHEN r.rolbypassrls THEN pg_catalog.format('row level security does not bind %I', r.rolname)"
" ELSE pg_catalog.format('%I has rights of its own on %s', r.rolname,"
" t.tgrelid::pg_catalog.regclass) END"
" FROM pg_catalog.pg_roles r"
" LEFT JOIN (SELECT DISTINCT tg.tgrelid FROM pg_catalog.pg_extension e"
" JOIN pg_catalog.pg_depend d ON d.refclassid OPERATOR(pg_catalog.=) e.tableoid"
" AND d.refobjid OPERATOR(pg_catalog.=) e.oid"
" AND d.deptype OPERATOR(pg_catalog.=) 'e'"
" JOIN pg_catalog.pg_trigger tg ON tg.tgfoid OPERATOR(pg_catalog.=) d.objid"
" AND d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass"
" WHERE e.extname OPERATOR(pg_catalog.=) 'scimver' AND NOT EXISTS ("
"SELECT FROM pg_catalog.pg_depend o WHERE o.objid OPERATOR(pg_catalog.=) tg.tgrelid"
" AND o.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass"
" AND o.deptype OPERATOR(pg_catalog.=) 'e')) t"
" ON pg_catalog.has_any_column_privilege(r.oid, t.tgrelid, 'SELECT, INSERT, UPDATE')"
" OR pg_catalog.has_table_privilege(r.oid, t.tgrelid, 'DELETE, TRUNCATE')"
" WHERE r.rolname OPERATOR(pg_catalog.=)"
" ANY (ARRAY[session_user, current_user]::pg_catalog.name[])"
" AND (r.rolsuper OR r.rolbypassrls OR t.tgrelid IS NOT NULL)"
" LIMIT 1), (SELECT CASE"
" WHEN l.oid IS NULL THEN pg_catalog.format('--insecure-loopback: there is no role %I', n.name)"
" WHEN l.rolsuper OR l.rolbypassrls THEN"
" pg_catalog.format('--insecure-loopback: row level security does not bind %I', l.rolname)"
" WHEN NOT pg_catalog.pg_has_role(session_user, l.oid, 'MEMBER') THEN"
" pg_catalog.format('--insecure-loopback: %I is not granted to %I', l.rolname, session_user) END"
" FROM (SELECT $1 AS name) n"
" LEFT JOIN pg_catalog.pg_roles l ON l.rolname OPERATOR(pg_catalog.=) n.name"
" WHERE n.name IS NOT NULL)) AS answer";

char *
queries_http_statement(RequestKind kind, const char *schema, bool direct)
{
	bool		writes = kind == REQUEST_HTTP_WRITE;
	Buf			text = {NULL, 0, 0};

	buf_text(&text, columns);
	if (writes)
	{
		buf_text(&text, standby);
		buf_text(&text, clause_set_messages);
	}
	if (direct)
		buf_printf(&text, ", %s.scim_left_behind() AS left_behind", schema);
	buf_text(&text, settings);
	if (options.require_version)
		buf_text(&text, clause_set_require_version);
	if (writes)
		buf_text(&text, clause_may_write);
	buf_text(&text, writes ? clause_set_commit : clause_set_read_only);
	buf_text(&text, without_token);
	buf_printf(&text, ", CASE WHEN $9 IS NOT NULL"
			   " THEN %s.scim_enter_role("
			   "pg_catalog.quote_ident($9)::pg_catalog.regrole, $10) END", schema);
	buf_printf(&text, " OFFSET 0) s CROSS JOIN LATERAL"
			   " %s.scim_http($1, $2, $3, $4::pg_catalog.jsonb, $5, s.token) h", schema);
	buf_put(&text, "", 1);
	return text.data;
}

bool
queries_http_send(PGconn *pg, const char *name, const char *text, const Request *request,
				  const char *application)
{
	const HttpQuestion *http = request->http;
	const char *values[COUNT] = {
		[METHOD] = request->tool, [PATH] = http->path, [QUERY] = http->query,
		[HEADERS] = http->headers, [BODY] = http->body.length > 0 ? http->body.start : NULL,
		[TOKEN] = (const char *) http->digest, [APPLICATION] = application,
		[BASE_URL] = http->base_url, [ROLE] = http->loopback ? options.loopback_role : NULL,
		[TENANT] = http->loopback ? options.loopback_tenant : NULL
	};
	int			lengths[COUNT] = {[TOKEN] = DIGEST_LENGTH};

	if (http->body.length > INT_MAX)
		return false;			/* --max-body is far less */
	lengths[BODY] = (int) http->body.length;
	if (name != NULL)
		return PQsendQueryPrepared(pg, name, COUNT, values, lengths, formats, 0) == 1;
	return PQsendQueryParams(pg, text, COUNT, types, values, lengths, formats, 0) == 1;
}

bool
queries_send_own_role(PGconn *pg)
{
	return PQsendQueryParams(pg, own_role, 1, types, &options.loopback_role, NULL, NULL, 0) == 1;
}
