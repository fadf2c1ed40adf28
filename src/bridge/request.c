/*
 * request.c
 *		One request that needs the database, from its line to its answer.
 *
 * Entry points: call_new, calls_open, call_cancel_id, call_error,
 * call_answered, call_failed, call_refuse.
 */
#include "request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "clock.h"
#include "command_line.h"
#include "lifetime.h"
#include "lines.h"
#include "log.h"
#include "mcp.h"
#include "pool.h"
#include "rpc.h"
#include "tool_list.h"

/* Calls and their bytes that stop the reading of input. */
#define MOST_CALLS 1000
#define MOST_BYTES ((size_t) 64 * 1024 * 1024)

/* What application_name says of us, and how long it may be (NAMEDATALEN - 1). */
#define APPLICATION "scimver-mcp"
#define APPLICATION_LIMIT 63

static CallQueue all_calls = TAILQ_HEAD_INITIALIZER(all_calls);
static unsigned int open_calls;
static size_t open_bytes;

unsigned int
calls_open(void)
{
	return open_calls;
}

/* Copy bytes to *at and go past them. */
static char *
place(char **at, const char *bytes, size_t length)
{
	char	   *placed = *at;

	if (length > 0)
		memcpy(placed, bytes, length);
	*at += length;
	return placed;
}

/* "scimver-mcp: NAME", cut between characters. */
static void
application_name(char *out, const char *agent)
{
	size_t		length;

	strcpy(out, APPLICATION);
	if (agent[0] == '\0')
		return;
	strcat(out, ": ");
	length = strlen(agent);
	if (strlen(out) + length > APPLICATION_LIMIT)
	{
		length = APPLICATION_LIMIT - strlen(out);
		while (length > 0 && ((unsigned char) agent[length] & 0xC0) == 0x80)
			length--;
	}
	strncat(out, agent, length);
}

Call *
call_new(CallKind kind, Era era, ScanSpan id, const char *tool,
		 ScanSpan arguments, const char *agent)
{
	char		application[APPLICATION_LIMIT + 1];
	size_t		size;
	Call	   *call;
	char	   *at;

	/* every part is bounded by the length of a line, so the sum cannot wrap */
	application_name(application, agent);
	size = sizeof(*call) + id.length + arguments.length + strlen(tool) + strlen(agent) +
		strlen(application) + 3;
	call = must_alloc(size);
	memset(call, 0, sizeof(*call));
	call->kind = kind;
	call->era = era;
	call->read_only = kind != CALL_TOOL;
	call->limit = options.timeout * 1000;
	call->size = size;
	at = call->bytes;
	if (id.start != NULL)
		call->id = (ScanSpan) {place(&at, id.start, id.length), id.length};
	call->arguments = (ScanSpan) {place(&at, arguments.start, arguments.length), arguments.length};
	call->tool = place(&at, tool, strlen(tool) + 1);
	call->agent = place(&at, agent, strlen(agent) + 1);
	call->application = place(&at, application, strlen(application) + 1);

	TAILQ_INSERT_TAIL(&all_calls, call, all);
	open_calls++;
	open_bytes += size;
	if (open_calls > MOST_CALLS || open_bytes > MOST_BYTES)
		lines_hold(HOLD_CALLS);
	return call;
}

static void
call_free(Call *call)
{
	TAILQ_REMOVE(&all_calls, call, all);
	open_calls--;
	open_bytes -= call->size;
	free(call);
	if (open_calls <= MOST_CALLS / 2 && open_bytes <= MOST_BYTES / 2)
		lines_release(HOLD_CALLS);
	lifetime_changed();
}

void
call_cancel_id(ScanSpan id)
{
	Call	   *call;

	TAILQ_FOREACH(call, &all_calls, all)
	{
		if (call->id.start != NULL && !call->cancelled && call->id.length == id.length &&
			memcmp(call->id.start, id.start, id.length) == 0)
			break;
	}
	if (call == NULL)
		return;					/* answered already, or never there */
	call->cancelled = true;
	if (call->state == CALL_SENT)
	{
		pool_cancel(call);
		return;
	}
	if (call->state == CALL_WAITING)
		catalogue_drop(call);
	else
		pool_drop(call);
	call_free(call);
}

/* The end of a line is a blank in JSON, as strings hold none; in a message it would be its end. */
static void
join_lines(char *json, size_t length)
{
	char	   *end = json + length;

	while ((json = memchr(json, '\n', (size_t) (end - json))) != NULL)
		*json++ = ' ';
}

/*
 * A tools/call result.  The envelope goes in twice: as it is, and as text for
 * clients that show their model nothing else.
 */
static void
send_envelope(const Call *call, const char *envelope, size_t length, bool success)
{
	Buf		   *answer = rpc_begin(call->id);
	size_t		start;

	buf_reserve(answer, 3 * length + 512);
	buf_text(answer, "{\"content\":[{\"type\":\"text\",\"text\":");
	buf_json_string(answer, envelope, length);
	buf_text(answer, "}],\"structuredContent\":");
	start = answer->length;
	buf_put(answer, envelope, length);
	join_lines(answer->data + start, length);
	buf_text(answer, success ? ",\"isError\":false" : ",\"isError\":true");
	buf_text(answer, mcp_result_tail(call->era));
	buf_text(answer, "}");
	rpc_send(answer);
}

/* Would the answer to this call be a line that no client takes? */
static bool
answer_fits(const Call *call, const char *envelope, size_t length)
{
	size_t		overhead = 512 + call->id.length + strlen(mcp_result_tail(call->era));

	return length <= LINE_LIMIT &&
		buf_json_length(envelope, length) + length + overhead <= LINE_LIMIT;
}

static void
send_tool_error(const Call *call, BridgeError error, const char *detail)
{
	Buf			envelope = {NULL, 0, 0};

	error_envelope(&envelope, error, detail, call->tool);
	send_envelope(call, envelope.data, envelope.length, false);
	buf_free(&envelope);
}

static void
send_list(const Call *call)
{
	size_t		length;
	const char *tools = catalogue_tools(&length);
	Buf		   *answer = rpc_begin(call->id);

	buf_text(answer, "{\"tools\":");
	buf_put(answer, tools, length);
	if (call->era == ERA_MODERN)
		buf_printf(answer, ",\"ttlMs\":%d,\"cacheScope\":\"private\"", CATALOGUE_TTL_MS);
	buf_text(answer, mcp_result_tail(call->era));
	buf_text(answer, "}");
	rpc_send(answer);
}

void
call_failed(Call *call, BridgeError error, const char *reason)
{
	const BridgeErrorKind *kind = error_kind(error);
	char		limit[64];

	if (kind->limited)
	{
		(void) snprintf(limit, sizeof(limit), "%g second%s.", call->limit / 1000.0,
						call->limit == 1000 ? "" : "s");
		reason = limit;
	}
	/* a cancelled call is silent, unless it may have changed something */
	if (call->kind == CALL_CATALOGUE)
		catalogue_failed(error, reason, call->limit);
	else if (call->cancelled && !kind->may_have_written)
		;
	else if (call->kind == CALL_LIST)
		rpc_error(call->id, error, reason);
	else
		send_tool_error(call, error, kind->limited || kind->explained ? reason : NULL);
	call_free(call);
}

void
call_refuse(Call *call)
{
	rpc_unknown_tool(call->id, call->tool, strlen(call->tool));
	call_free(call);
}

/* The catalogue came, for a client or for ourselves. */
static void
list_answered(Call *call, const char *list, size_t length)
{
	if (list == NULL || !catalogue_learn(list, length))
	{
		log_line("scim_tools() did not return a list of tools");
		call_failed(call, ERROR_INTERNAL, NULL);
		return;
	}
	if (call->kind == CALL_CATALOGUE)
		catalogue_ready();
	else if (!call->cancelled)
		send_list(call);
	call_free(call);
}

/* The envelope came. */
static void
tool_answered(Call *call, const char *envelope, size_t length)
{
	ScanSpan	success = {NULL, 0};
	ScanMember	wanted[] = {{"success", &success, false, NULL}, {NULL, NULL, false, NULL}};

	if (envelope == NULL || scan_members(envelope, length, wanted) != SCAN_OK ||
		success.start == NULL)
	{
		log_line("%s did not return a tool's result", call->tool);
		call_failed(call, call->read_only ? ERROR_INTERNAL : ERROR_LOST_WRITE, NULL);
		return;
	}
	if (call->unreplicated && success.start[0] == 't')
		call_failed(call, ERROR_NOT_REPLICATED, NULL);
	/* what was cancelled too late to be rolled back is reported */
	else if (call->cancelled && (call->read_only || success.start[0] != 't'))
		call_free(call);
	else if (!answer_fits(call, envelope, length))
		call_failed(call, call->read_only || success.start[0] != 't' ?
					ERROR_ANSWER_TOO_LARGE : ERROR_COMMITTED_TOO_LARGE, NULL);
	else
	{
		send_envelope(call, envelope, length, success.start[0] == 't');
		call_free(call);
	}
}

/*
 * Did this end it for taking too long?  The SQLSTATE does not say who asked for
 * it: our timer, the server's, or an administrator.  Clocks differ a little.
 */
static bool
timed_out(const Call *call, const char *sqlstate)
{
	if (sqlstate == NULL || strcmp(sqlstate, "57014") != 0)
		return false;
	return call->overdue ||
		clock_ms() - call->sent >= (uint64_t) (call->limit - call->limit / 50);
}

BridgeError
call_error(const Call *call, const char *sqlstate, bool sent)
{
	if (timed_out(call, sqlstate))
		return call->kind == CALL_TOOL && call->read_only ? ERROR_TIMED_OUT_READ : ERROR_TIMED_OUT;
	return error_of_sqlstate(sqlstate, call->read_only || !sent);
}

void
call_answered(Call *call, const PGresult *answer)
{
	const char *value;
	size_t		length = 0;

	if (PQresultStatus(answer) != PGRES_TUPLES_OK)
	{
		const char *sqlstate = PQresultErrorField(answer, PG_DIAG_SQLSTATE);

		if (!call->cancelled)
			log_line("%s: the database answered with SQLSTATE %s",
					 call->kind == CALL_TOOL ? call->tool : "scim_tools",
					 sqlstate != NULL ? sqlstate : "(none)");
		call_failed(call, call_error(call, sqlstate, true), NULL);
		return;
	}
	value = answer_value(answer, &length);
	if (call->kind == CALL_TOOL)
		tool_answered(call, value, length);
	else
		list_answered(call, value, length);
}
