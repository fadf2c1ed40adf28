/*
 * queries.c
 *		All SQL that the bridge ever sends; that of HTTP stands in queries_http.c.
 *
 * Entry points: queries_name, queries_must_locate, queries_send_location,
 * queries_learn, queries_must_prepare, queries_send_prepare, queries_prepared,
 * queries_send, queries_show_demotion, queries_forget.
 */
#include "queries.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "buf.h"
#include "clauses.h"
#include "clock.h"
#include "command_line.h"
#include "queries_http.h"

/* pg_type.h's OIDs of int4 and text, which are as fixed as the wire protocol. */
#define INT4_OID 23
#define TEXT_OID 25

/* How long it is believed that the extension is too old for something, in milliseconds. */
#define LOOK_AGAIN_MS 300000

/*
 * Neither names nor operators may be taken from the session's search_path.  A
 * pooler tells its clients of another process than the server's ($1); there
 * the session is not ours, and no setting may stay behind.  A lower limit that
 * an administrator set stays ($2 and s.setting: milliseconds).  An extension that is older
 * than this program lacks what MCP clients read beside tools, and the function that asks a
 * user, which came together; others' of these names must not be called for them (see
 * may_seal).
 */
static const char location[] =
"SELECT n.nspname, pg_catalog.pg_backend_pid(), s.setting,"
" pg_catalog.current_setting('transaction_read_only'),"
" CASE WHEN pg_catalog.pg_backend_pid() OPERATOR(pg_catalog.=) $1"
" AND (s.setting OPERATOR(pg_catalog.=) '0'"
" OR s.setting::pg_catalog.int4 OPERATOR(pg_catalog.>) $2)"
" THEN pg_catalog.set_config('statement_timeout', $2::pg_catalog.text, false) END,"
" EXISTS (SELECT FROM pg_catalog.pg_depend d"
" JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) d.objid"
" AND p.tableoid OPERATOR(pg_catalog.=) d.classid"
" WHERE d.refclassid OPERATOR(pg_catalog.=) e.tableoid"
" AND d.refobjid OPERATOR(pg_catalog.=) e.oid"
" AND d.deptype OPERATOR(pg_catalog.=) 'e'"
" AND p.proname OPERATOR(pg_catalog.=) 'scim_call_tool'"
" AND p.pronargs OPERATOR(pg_catalog.=) 4)"
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

/* For --toolset and --tools. */
static const char set_toolset[] =
", pg_catalog.set_config('scimver.toolset', $6, true)";

/* What the client calls the whole of which the request is a part, if it does. */
static const char set_trace[] =
", CASE WHEN $7 IS NOT NULL THEN pg_catalog.set_config('scimver.trace', $7, true) END";

/* How far it is, if the client wants to know. */
static const char set_progress[] =
", CASE WHEN $8 IS NOT NULL THEN pg_catalog.set_config('scimver.progress', $8, true) END";

/*
 * Before a seal.  The function must be the extension's own: in a schema where
 * others may create functions, a version that has none would let them run code
 * as this role.
 */
static const char may_seal[] =
"SELECT CASE WHEN pg_catalog.current_setting('transaction_read_only')"
" OPERATOR(pg_catalog.=) 'on' THEN '" CANNOT_SEAL "'"
" WHEN pg_catalog.has_function_privilege(p.oid, 'EXECUTE') THEN '" MAY_SEAL "'"
" ELSE '" MAY_NOT_SEAL "' END AS answer"
" FROM pg_catalog.pg_extension e"
" JOIN pg_catalog.pg_depend d ON d.refclassid OPERATOR(pg_catalog.=) e.tableoid"
" AND d.refobjid OPERATOR(pg_catalog.=) e.oid"
" AND d.deptype OPERATOR(pg_catalog.=) 'e'"
" JOIN pg_catalog.pg_proc p ON d.classid OPERATOR(pg_catalog.=) p.tableoid"
" AND d.objid OPERATOR(pg_catalog.=) p.oid"
" AND p.proname OPERATOR(pg_catalog.=) 'scim_seal_history'"
" AND p.pronargs OPERATOR(pg_catalog.=) 0"
" AND p.pronamespace OPERATOR(pg_catalog.=) e.extnamespace"
" WHERE e.extname OPERATOR(pg_catalog.=) 'scimver'";

/* Before clients are sent here: that is enough, and needs no right to anything. */
static const char is_ready[] =
"SELECT '" READY "' AS answer FROM pg_catalog.pg_extension e"
" WHERE e.extname OPERATOR(pg_catalog.=) 'scimver'";

/* What it is all for: the function, and which parameters it takes. */
static const struct
{
	const char *name;			/* NULL: it has a statement of its own */
	const char *arguments;		/* of the parameters below */
}			functions[REQUEST_KINDS] = {
	[REQUEST_TOOLS] = {"scim_tools", "()"},
	[REQUEST_INSTRUCTIONS] = {"scim_instructions", "()"},
	[REQUEST_READ] = {"scim_call_tool", "($1, $2)"},
	[REQUEST_WRITE] = {"scim_call_tool", "($1, $2)"},
	[REQUEST_ANSWER] = {"scim_call_tool", "($1, $2, $9, $10)"},
	[REQUEST_RESOURCES] = {"scim_mcp_resources", "($1)"},
	[REQUEST_TEMPLATES] = {"scim_mcp_resource_templates", "()"},
	[REQUEST_RESOURCE] = {"scim_read_resource", "($1)"},
	[REQUEST_PROMPTS] = {"scim_mcp_prompts", "()"},
	[REQUEST_PROMPT] = {"scim_mcp_prompt", "($1, $2)"},
	[REQUEST_COMPLETION] = {"scim_mcp_complete", "($2)"},
	[REQUEST_WATCH] = {"scim_mcp_watch", "($2)"},
	[REQUEST_CHANGES] = {"scim_mcp_changes", "($1)"},
	[REQUEST_HTTP_READ] = {"scim_http", NULL},	/* queries_http.c */
	[REQUEST_HTTP_WRITE] = {"scim_http", NULL},
	[REQUEST_SEAL] = {"scim_seal_history", "()"},
};

/* Does an older extension have nothing for it? */
static bool
is_recent(int kind)
{
	return kind >= REQUEST_RESOURCES && kind <= REQUEST_HTTP_WRITE;
}

/*
 * All statements but those of HTTP have the same parameters, and name those that they
 * need.  $2 goes in binary form, that is with its length: it may hold NUL bytes.
 */
#define PARAMETERS 10

static const Oid types[PARAMETERS] = {
	TEXT_OID, TEXT_OID, TEXT_OID, TEXT_OID, TEXT_OID, TEXT_OID, TEXT_OID, TEXT_OID, TEXT_OID,
	TEXT_OID
};
static const int formats[PARAMETERS] = {0, 1};

/* Is its statement worth to be prepared: is it asked again and again? */
static bool
is_frequent(const Request *request)
{
	return request_is_call(request) || request_is_http(request) || request->kind == REQUEST_TOOLS ||
		request->kind == REQUEST_RESOURCE || request->kind == REQUEST_CHANGES;
}

const char *
queries_name(const Request *request)
{
	if (request->kind == REQUEST_OWN_ROLE)
		return "the look at the role of --http";
	return functions[request->kind].name != NULL && !request_is_call(request) ?
		functions[request->kind].name : request->tool;
}

bool
queries_must_locate(const Queries *queries, const Request *request)
{
	if (functions[request->kind].name == NULL)
		return false;
	/* an update brings what an extension lacks that is too old */
	return queries->text[request->kind] == NULL ||
		(request->kind == REQUEST_ANSWER && !queries->recent &&
		 clock_ms() - queries->learned >= LOOK_AGAIN_MS);
}

bool
queries_send_location(PGconn *pg)
{
	static const Oid int4s[] = {INT4_OID, INT4_OID};
	char		pid[16];
	char		limit[16];
	const char *values[] = {pid, limit};

	(void) snprintf(pid, sizeof(pid), "%d", PQbackendPID(pg));
	(void) snprintf(limit, sizeof(limit), "%d", options.timeout * 1000);
	return PQsendQueryParams(pg, location, 2, int4s, values, NULL, NULL, 0) == 1;
}

static char *
statement(RequestKind kind, const char *schema, bool recent)
{
	const char *arguments = kind == REQUEST_ANSWER && !recent ?
		functions[REQUEST_WRITE].arguments : functions[kind].arguments;
	bool		writes = kind == REQUEST_WRITE || kind == REQUEST_ANSWER;
	bool		seals = kind == REQUEST_SEAL;	/* for all tenants, and by nobody's call */
	Buf			text = {NULL, 0, 0};

	buf_text(&text, set_agent);
	if (options.tenant != NULL && !seals)
		buf_text(&text, set_tenant);
	if (options.require_version && !seals)
		buf_text(&text, clause_set_require_version);
	if (!seals)
		buf_text(&text, set_toolset);
	if (!seals)
		buf_text(&text, set_trace);
	if (!seals)
		buf_text(&text, set_progress);
	buf_text(&text, writes || seals ? clause_set_commit : clause_set_read_only);
	if (writes)
		buf_text(&text, clause_may_write);
	buf_printf(&text, ", %s.%s%s AS answer", schema, functions[kind].name, arguments);
	if (writes)
		buf_text(&text, clause_set_messages);
	buf_put(&text, "", 1);
	return text.data;
}

/* The number in the first row of the answer to where the extension is. */
static long
number_in(const PGresult *answer, int column)
{
	return strtol(PQgetvalue(answer, 0, column), NULL, 10);
}

bool
queries_learn(Queries *queries, PGconn *pg, const PGresult *answer)
{
	long		limit;
	char	   *schema;

	if (PQntuples(answer) != 1)
		return false;
	schema = PQescapeIdentifier(pg, PQgetvalue(answer, 0, 0),
								(size_t) PQgetlength(answer, 0, 0));
	if (schema == NULL)
		return false;
	queries_forget(queries);
	queries->direct = number_in(answer, 1) == PQbackendPID(pg);
	limit = number_in(answer, 2);
	queries->limit = options.timeout * 1000;
	if (limit > 0 && limit < queries->limit)
		queries->limit = (int) limit;
	queries->could_write = strcmp(PQgetvalue(answer, 0, 3), "off") == 0;
	queries->recent = strcmp(PQgetvalue(answer, 0, 5), "t") == 0;
	queries->learned = clock_ms();
	for (int kind = 0; kind < REQUEST_KINDS; kind++)
	{
		if (functions[kind].name == NULL || (is_recent(kind) && !queries->recent))
			continue;
		queries->text[kind] = functions[kind].arguments != NULL ?
			statement((RequestKind) kind, schema, queries->recent) :
			queries_http_statement((RequestKind) kind, schema, queries->direct);
	}
	PQfreemem(schema);
	return true;
}

bool
queries_must_prepare(const Queries *queries, const Request *request)
{
	return is_frequent(request) && queries->direct && !queries->prepared[request->kind];
}

bool
queries_send_prepare(Queries *queries, PGconn *pg, const Request *request)
{
	/* names are never used twice: what was forgotten may still exist */
	static unsigned int names_given;
	char	   *name = queries->name[request->kind];

	(void) snprintf(name, sizeof(queries->name[0]), "scimver_%u", ++names_given);
	if (request_is_http(request))
		return PQsendPrepare(pg, name, queries->text[request->kind], http_parameters.count,
							 http_parameters.types) == 1;
	return PQsendPrepare(pg, name, queries->text[request->kind], PARAMETERS, types) == 1;
}

void
queries_prepared(Queries *queries, const Request *request)
{
	queries->prepared[request->kind] = true;
}

/* A channel's name cannot travel as a parameter; it is none of a client's. */
static bool
send_listen(PGconn *pg, const char *channel)
{
	char	   *name = PQescapeIdentifier(pg, channel, strlen(channel));
	Buf			text = {NULL, 0, 0};
	bool		sent;

	if (name == NULL)
		return false;
	buf_text(&text, "LISTEN ");
	buf_put(&text, name, strlen(name) + 1);
	PQfreemem(name);
	sent = PQsendQuery(pg, text.data) == 1;
	buf_free(&text);
	return sent;
}

bool
queries_send(const Queries *queries, PGconn *pg, const Request *request)
{
	const char *name = queries->prepared[request->kind] ? queries->name[request->kind] : NULL;
	const char *text = queries->text[request->kind];
	const char *known = PQparameterStatus(pg, "application_name");
	bool		named = known != NULL && strcmp(known, request->application) == 0;
	const char *application = named ? NULL : request->application;
	const char *values[PARAMETERS] = {
		request->tool, request->arguments.start, application, request->agent,
		options.tenant, options.toolset, request->trace, request->progressed != NULL ? "on" : NULL,
		request->asked, request->responses
	};
	int			lengths[PARAMETERS] = {0};

	if (request->kind == REQUEST_LISTEN)
		return send_listen(pg, request->tool);
	if (request->kind == REQUEST_OWN_ROLE)
		return queries_send_own_role(pg);
	if (request->kind == REQUEST_MAY_SEAL)
		return PQsendQueryParams(pg, may_seal, 0, NULL, NULL, NULL, NULL, 0) == 1;
	if (request->kind == REQUEST_READY)
		return PQsendQueryParams(pg, is_ready, 0, NULL, NULL, NULL, NULL, 0) == 1;
	if (request_is_http(request))
		return queries_http_send(pg, name, text, request, application);
	if (request->arguments.length > INT_MAX)
		return false;			/* a line is far shorter */
	lengths[1] = (int) request->arguments.length;
	if (name != NULL)
		return PQsendQueryPrepared(pg, name, PARAMETERS, values, lengths, formats, 0) == 1;
	return PQsendQueryParams(pg, text, PARAMETERS, types, values, lengths, formats, 0) == 1;
}

bool
queries_show_demotion(Queries *queries, const Request *request, const PGresult *answer)
{
	if (PQresultStatus(answer) != PGRES_TUPLES_OK || request_only_reads(request))
		return false;
	switch (answer_server(answer))
	{
		case SERVER_WRITES:
			queries->could_write = true;
			return false;
		case SERVER_READS:
			return queries->could_write;	/* else a setting of this role's or database's */
		case SERVER_STANDBY:
			return true;
	}
	return false;
}

void
queries_forget(Queries *queries)
{
	for (int kind = 0; kind < REQUEST_KINDS; kind++)
		free(queries->text[kind]);
	memset(queries, 0, sizeof(*queries));
}
