/*
 * request.c
 *		One question to the database, passive.
 *
 * Entry points: request_new, lane_init, request_error, request_unanswered,
 * request_reason, request_part, request_ended, request_answered, request_failed.
 */
#include "request.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "command_line.h"

/* What application_name says of us, and how long it may be (NAMEDATALEN - 1). */
#define APPLICATION "scimver-mcp"
#define APPLICATION_LIMIT 63

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

/* The same of a text that may be missing. */
static const char *
place_text(char **at, const char *text)
{
	return text == NULL ? NULL : place(at, text, strlen(text) + 1);
}

/* Bytes that it takes. */
static size_t
text_size(const char *text)
{
	return text == NULL ? 0 : strlen(text) + 1;
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

Request *
request_new(size_t size, RequestKind kind, const RequestText *text, Lane *lane, RequestDone done)
{
	char		application[APPLICATION_LIMIT + 1];
	size_t		whole;
	Request    *request;
	char	   *at;

	/* every part is bounded by the length of a line, so the sum cannot wrap */
	application_name(application, text->agent);
	whole = size + text->id.length + text->arguments.length + text_size(text->tool) +
		text_size(text->agent) + text_size(application) + text_size(text->trace) +
		text_size(text->asked) + text_size(text->responses) + text->token.length;
	request = must_alloc(whole);
	memset(request, 0, size);
	request->kind = kind;
	request->lane = lane;
	request->done = done;
	request->limit = options.timeout * 1000;
	request->size = whole;
	at = (char *) request + size;
	if (text->id.start != NULL)
		request->id = (ScanSpan) {place(&at, text->id.start, text->id.length), text->id.length};
	request->arguments = (ScanSpan) {place(&at, text->arguments.start, text->arguments.length),
									 text->arguments.length};
	request->tool = place_text(&at, text->tool);
	request->agent = place_text(&at, text->agent);
	request->application = place_text(&at, application);
	request->trace = place_text(&at, text->trace);
	request->asked = place_text(&at, text->asked);
	request->responses = place_text(&at, text->responses);
	if (text->token.start != NULL)
		request->token = (ScanSpan) {place(&at, text->token.start, text->token.length),
									 text->token.length};
	return request;
}

void
lane_init(Lane *lane)
{
	memset(lane, 0, sizeof(*lane));
	TAILQ_INIT(&lane->queue);
}

/*
 * Did this end it for taking too long?  The SQLSTATE does not say who asked for
 * it: our timer, the server's, or an administrator.  Clocks differ a little.
 */
static bool
timed_out(const Request *request, const char *sqlstate)
{
	if (sqlstate == NULL || strcmp(sqlstate, "57014") != 0)
		return false;
	return request->overdue ||
		clock_ms() - request->since >= (uint64_t) (request->limit - request->limit / 50);
}

OwnError
request_error(const Request *request, const char *sqlstate, bool sent)
{
	OwnError	error;

	if (timed_out(request, sqlstate))
		return request->kind == REQUEST_READ ? ERROR_TIMED_OUT_READ : ERROR_TIMED_OUT;
	error = own_error_of_sqlstate(sqlstate, request_only_reads(request) || !sent);
	/* a tool answers what an agent can mend: what it throws is a failure of its own */
	return request_is_call(request) && own_error_is_refusal(error) ? ERROR_INTERNAL : error;
}

OwnError
request_unanswered(const Request *request, bool sent, bool overdue)
{
	if (!sent)
		return overdue ? ERROR_TIMED_OUT : ERROR_NO_DATABASE;
	if (request_only_reads(request))
		return overdue ? ERROR_NO_ANSWER_READ : ERROR_LOST_READ;
	if (request->unreplicated)
		return ERROR_NOT_REPLICATED;
	return overdue ? ERROR_NO_ANSWER_WRITE : ERROR_LOST_WRITE;
}

const char *
request_reason(const Request *request, const Outcome *outcome, char *limit, size_t size)
{
	if (!own_error_kind(outcome->error)->limited)
		return outcome->reason;
	(void) snprintf(limit, size, "%g second%s.", request->limit / 1000.0,
					request->limit == 1000 ? "" : "s");
	return limit;
}

const char *
request_part(const Request *request, char *part)
{
	part[0] = '\0';
	if (request->trace != NULL)
		(void) snprintf(part, REQUEST_PART, " (%.*s)", TRACE_PARENT, request->trace);
	return part;
}

void
request_ended(Request *request, const Outcome *outcome)
{
	if (request->state == REQUEST_SENT && request->lane != NULL)
		request->lane->busy--;
	request->status = outcome->answered ? 200 : own_error_kind(outcome->error)->status;
	request->done(request, outcome);
}

void
request_answered(Request *request, const char *value, size_t length)
{
	const Outcome outcome = {.answered = true, .value = value, .length = length};

	request_ended(request, &outcome);
}

void
request_failed(Request *request, OwnError error, const char *reason)
{
	const Outcome outcome = {.error = error, .reason = reason};

	request_ended(request, &outcome);
}
