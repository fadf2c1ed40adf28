/*
 * live.c
 *		The methods by which clients subscribe to changes.
 *
 * What a client wants to watch is asked of the database first (watched): which of
 * these uris it may, what their one spelling is, and from where on what is changed
 * comes.  Only when that is known, the subscription begins.
 *
 * Entry points: live_listen, live_subscribe, live_unsubscribe, live_tools_listed.
 */
#include "live.h"

#include <stdlib.h>
#include <string.h>

#include "feed.h"
#include "notices.h"
#include "pool.h"
#include "result.h"
#include "rpc.h"

/* Bytes of a message that tells of resources, beside what they and the subscription are called. */
#define NOTICE_AROUND 512

/* ---- what a client may have ---- */

/* There is room, or the client has been told that there is none. */
static bool
check_room(const Session *session, ScanSpan id, const Wish *wish)
{
	if (subscriptions_have_room(session, wish))
		return true;
	rpc_error(session->transport, id, ERROR_INVALID_PARAMS,
			  "a client may have 1,000 subscriptions, to 250,000 resources and of 64 MiB in all");
	return false;
}

/* A message that tells of all these resources is none too long, or the client has been told. */
static bool
check_names(const Session *session, ScanSpan id, const json_t *given)
{
	size_t		length = id.length + NOTICE_AROUND;
	const json_t *uri;
	size_t		i;

	json_array_foreach(given, i, uri)
		length += buf_json_length(json_string_value(uri), json_string_length(uri)) + 1;
	if (length <= LINE_LIMIT)
		return true;
	rpc_error(session->transport, id, ERROR_INVALID_PARAMS,
			  "these uris do not fit into a message of 10 MiB that tells of them");
	return false;
}

/* No other subscription has the id, or the client has been told that one has. */
static bool
check_id(const Session *session, ScanSpan id)
{
	if (subscriptions_find(session, id) == NULL)
		return true;
	rpc_error(session->transport, id, ERROR_INVALID_PARAMS,
			  "the id is that of a subscription that has not ended");
	return false;
}

/* ---- what the database says ---- */

/* It begins; json_t: as in Wish. */
static void
begin_listen(Session *session, ScanSpan id, bool tools, const json_t *given,
			 const json_t *answer)
{
	const Wish	wish = {
		.id = id, .era = ERA_MODERN, .tools = tools, .given = given,
		.watched = json_object_get(answer, "watched")
	};
	Audience   *audience = feed_audience(session);
	Subscription *s;

	if (!check_id(session, id) || !check_room(session, id, &wish))
		return;
	s = subscription_open(session, audience, &wish);
	notice_acknowledged(s, given != NULL);
	feed_attend(audience, s->count > 0 ?
				json_string_value(json_object_get(answer, "cursor")) : NULL);
	if (session->ending)
		subscription_finish(s);
}

static void
begin_subscribed(const Call *call, const json_t *given, const json_t *answer)
{
	Session    *session = call->session;
	const Wish	wish = {
		.era = ERA_LEGACY, .given = given, .watched = json_object_get(answer, "watched")
	};
	const char *uri = json_string_value(json_array_get(wish.watched, 0));
	Audience   *audience = feed_audience(session);

	if (uri == NULL)
	{
		result_no_resource(call, json_string_value(json_array_get(given, 0)));
		return;
	}
	if (!call->withdrawn &&
		subscriptions_find_uri(session, audience, uri,
							   json_string_value(json_array_get(given, 0))) == NULL)
	{
		if (!check_room(session, call->request.id, &wish))
			return;
		(void) subscription_open(session, audience, &wish);
		feed_attend(audience, json_string_value(json_object_get(answer, "cursor")));
	}
	result_empty(session, call->request.id);
}

/* All are refused, as if the database had said so of each. */
static json_t *
refuse_all(size_t count)
{
	json_t	   *watched = json_array();

	for (size_t i = 0; i < count; i++)
		(void) json_array_append_new(watched, json_null());
	return json_pack("{s:o}", "watched", watched);
}

/* The database has said which uris may be watched. */
static void
watched(Request *request, const Outcome *outcome)
{
	Call	   *call = call_of(request);
	json_t	   *given = json_loadb(request->arguments.start, request->arguments.length, 0, NULL);
	size_t		count = json_array_size(given);
	Outcome		failed = {.error = ERROR_INTERNAL};
	json_t	   *answer = NULL;
	char		limit[64];

	if (outcome->answered)
		answer = feed_read_watched(request, outcome, count);
	else if (outcome->error == ERROR_FORBIDDEN || outcome->error == ERROR_PERMISSION_DENIED)
		answer = refuse_all(count);
	else
		failed = *outcome;
	if (request->cancelled)
		;						/* and nobody waits for an answer */
	else if (answer == NULL)
		rpc_error(call->session->transport, request->id, failed.error,
				  request_reason(request, &failed, limit, sizeof(limit)));
	else if (call->era == ERA_MODERN)
		begin_listen(call->session, request->id, call->tools, given, answer);
	else
		begin_subscribed(call, given, answer);
	json_decref(answer);
	json_decref(given);
	session_end_call(call);
}

/* Ask it. */
static Call *
start_watch(const Message *message, ScanSpan uris)
{
	const RequestText text = {
		.id = message->id, .arguments = uris, .tool = "", .agent = message->agent
	};
	Call	   *call = session_begin_call(message->session, REQUEST_WATCH, message->era, &text,
										  watched);

	pool_submit(&call->request);
	return call;
}

/* ---- what clients ask for ---- */

/* An array of strings, or NULL. */
static json_t *
read_uris(ScanSpan span)
{
	json_t	   *uris = json_loadb(span.start, span.length, 0, NULL);
	const json_t *uri;
	size_t		i;

	json_array_foreach(uris, i, uri)
	{
		if (!json_is_string(uri))
			break;
	}
	if (json_is_array(uris) && i == json_array_size(uris))
		return uris;
	json_decref(uris);
	return NULL;
}

/* A client asks for notifications; false: it has been refused. */
static bool
read_filter(const Message *message, ScanSpan *tools, ScanSpan *uris)
{
	ScanSpan	params = message->spans->params;
	ScanSpan	filter = {NULL, 0};
	ScanMember	inside[] = {
		{"toolsListChanged", tools, false, NULL},
		{"resourceSubscriptions", uris, false, NULL},
		{NULL, NULL, false, NULL}
	};
	ScanMember	wanted[] = {
		{"notifications", &filter, false, inside}, {NULL, NULL, false, NULL}
	};

	if (scan_members(params.start, params.length, wanted) != SCAN_OK || !scan_is_object(filter))
		message_invalid(message, "notifications must be an object that names nothing twice");
	else if (tools->start != NULL && tools->start[0] != 't' && tools->start[0] != 'f')
		message_invalid(message, "toolsListChanged must be a boolean");
	else
		return check_id(message->session, message->id);
	return false;
}

void
live_listen(Message *message)
{
	ScanSpan	tools = {NULL, 0};
	ScanSpan	uris = {NULL, 0};
	json_t	   *given = NULL;
	Wish		wish = {.id = message->id, .era = ERA_MODERN};

	if (!read_filter(message, &tools, &uris))
		return;
	wish.tools = tools.start != NULL && tools.start[0] == 't';
	wish.given = given = read_uris(uris);
	if (uris.start != NULL && given == NULL)
		message_invalid(message, "resourceSubscriptions must be an array of strings");
	else if (json_array_size(given) == 0)
		begin_listen(message->session, message->id, wish.tools, given, NULL);
	else if (check_names(message->session, message->id, given) &&
			 check_room(message->session, message->id, &wish))
		start_watch(message, uris)->tools = wish.tools;
	json_decref(given);
}

/* The text that it spells; NULL: it is none. */
static json_t *
read_text(ScanSpan spelled)
{
	size_t		length = 0;
	char	   *text = rpc_string(spelled, &length);
	json_t	   *json = text != NULL && strlen(text) == length ? json_string(text) : NULL;

	free(text);
	return json;
}

/*
 * The uri that a client names, as an array of one, also as text: however it was spelled,
 * that is the same for the same uri.  NULL: it has been refused.
 */
static json_t *
read_uri(const Message *message, Buf *array)
{
	ScanSpan	params = message->spans->params;
	ScanSpan	spelled = {NULL, 0};
	ScanMember	wanted[] = {{"uri", &spelled, false, NULL}, {NULL, NULL, false, NULL}};
	json_t	   *uri = NULL;

	if (params.start != NULL && scan_members(params.start, params.length, wanted) == SCAN_OK)
		uri = read_text(spelled);
	if (uri == NULL)
	{
		message_invalid(message, "uri must be a string");
		return NULL;
	}
	buf_text(array, "[");
	buf_json_string(array, json_string_value(uri), json_string_length(uri));
	buf_text(array, "]");
	return json_pack("[o]", uri);
}

void
live_subscribe(Message *message)
{
	Buf			array = {NULL, 0, 0};
	json_t	   *uris = read_uri(message, &array);
	const Wish	wish = {.era = ERA_LEGACY, .given = uris};

	if (uris != NULL && check_names(message->session, message->id, uris) &&
		check_room(message->session, message->id, &wish))
		(void) start_watch(message, (ScanSpan) {array.data, array.length});
	json_decref(uris);
	buf_free(&array);
}

/* What is about to be subscribed to will not be, though it is answered. */
static void
withdraw(const Session *session, ScanSpan uris)
{
	Call	   *call;

	TAILQ_FOREACH(call, &session->calls, all)
	{
		const Request *request = &call->request;

		if (request->kind == REQUEST_WATCH && call->era == ERA_LEGACY &&
			request->arguments.length == uris.length &&
			memcmp(request->arguments.start, uris.start, uris.length) == 0)
			call->withdrawn = true;
	}
}

void
live_unsubscribe(Message *message)
{
	Session    *session = message->session;
	Buf			array = {NULL, 0, 0};
	json_t	   *uris = read_uri(message, &array);

	if (uris != NULL)
	{
		Subscription *s = subscriptions_find_given(session, feed_audience(session),
												   json_string_value(json_array_get(uris, 0)));

		if (s != NULL)
			subscription_close(s);
		withdraw(session, (ScanSpan) {array.data, array.length});
		result_empty(session, message->id);
	}
	json_decref(uris);
	buf_free(&array);
}

void
live_tools_listed(const Call *call)
{
	static const Wish wish = {.era = ERA_LEGACY, .tools = true};
	Session    *session = call->session;

	if (call->era == ERA_MODERN || session->subscribed.tools != NULL || session->ending)
		return;
	session->subscribed.tools = subscription_open(session, feed_audience(session), &wish);
	feed_attend(session->subscribed.tools->audience, NULL);
}
