/*
 * consult.c
 *		Calls whose client's user is asked what to do.
 *
 * A client that never answers costs what its parked calls hold, for --timeout.  Their
 * number and size are limited, far below where a session stops to take lines in: else it
 * would not take the responses either.
 *
 * Entry points: consult_open, consult_begin, consult_answered.
 */
#include "consult.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "command_line.h"
#include "log.h"
#include "result.h"
#include "rpc.h"

/* How often a user is asked for one call: whoever writes faster than he answers wins. */
#define MOST_ROUNDS 5

/* Parked calls of one client, and bytes of them. */
#define MOST_PARKED 100
#define MOST_PARKED_BYTES ((size_t) 16 * 1024 * 1024)

/* The method that asks, of all that a client may be asked with. */
#define METHOD "elicitation/create"

typedef struct Consultation
{
	TAILQ_ENTRY(Consultation) all;	/* place among all, the oldest first */
	Call	   *call;			/* for which the user is asked */
	ConsultDone done;			/* is told how it ends */
	uint64_t	since;			/* when he was asked, by clock_ms */
	char		id[32];			/* of our request */
	char	   *key;			/* what the database calls the question */
	char	   *state;			/* requestState */
	ScanSpan	otherwise;		/* what the call ends with without an answer */
	size_t		size;			/* bytes that all that takes, with the call's */
} Consultation;

static TAILQ_HEAD(Consultations, Consultation) all = TAILQ_HEAD_INITIALIZER(all);
static struct event *patience;	/* the oldest has waited long enough */

/* The timer is for the one who has waited longest. */
static void
set_timer(void)
{
	const Consultation *first = TAILQ_FIRST(&all);
	uint64_t	limit = (uint64_t) options.timeout * 1000;
	struct timeval left = {0, 0};
	uint64_t	waited;

	if (first == NULL)
	{
		(void) event_del(patience);
		return;
	}
	waited = clock_ms() - first->since;
	if (waited < limit)
	{
		left.tv_sec = (time_t) (limit - waited) / 1000;
		left.tv_usec = (suseconds_t) ((limit - waited) % 1000 * 1000);
	}
	if (event_add(patience, &left) < 0)
		log_fatal("cannot set a timer");
}

/* Its call is not parked any more. */
static void
release(Consultation *c)
{
	Session    *session = c->call->session;

	TAILQ_REMOVE(&all, c, all);
	session->consult_count--;
	session->consult_bytes -= c->size;
	c->call->consultation = NULL;
	set_timer();
}

static void
forget(Consultation *c)
{
	free(c->key);
	free(c->state);
	free((char *) c->otherwise.start);
	free(c);
}

/* It ends with the user's answer, or without (NULL). */
static void
finish(Consultation *c, const char *responses)
{
	release(c);
	c->done(c->call, c->state, responses, c->otherwise);
	forget(c);
}

/* The client is told that its answer is not wanted any more. */
static void
withdraw(const Consultation *c)
{
	Buf		   *notification = rpc_begin_notification("notifications/cancelled");

	buf_printf(notification, "{\"requestId\":\"%s\"}", c->id);
	rpc_send(c->call->session->transport, notification);
}

static void
on_patience_over(evutil_socket_t fd, short what, void *arg)
{
	Consultation *c;
	uint64_t	now = clock_ms();

	(void) fd;
	(void) what;
	(void) arg;
	while ((c = TAILQ_FIRST(&all)) != NULL &&
		   now - c->since >= (uint64_t) options.timeout * 1000)
	{
		withdraw(c);
		finish(c, NULL);
	}
	set_timer();
}

/* The request of ours that asks what the database wants to know; false: it is none. */
static bool
ask(const Consultation *c, json_t *request)
{
	const char *method = json_string_value(json_object_get(request, "method"));
	json_t	   *params = json_object_get(request, "params");
	char	   *text;
	Buf		   *message;

	if (method == NULL || strcmp(method, METHOD) != 0 || !json_is_object(params))
		return false;
	text = json_dumps(params, JSON_COMPACT);
	if (text == NULL)
		log_fatal("out of memory");
	message = rpc_begin_request(c->id, METHOD);
	buf_text(message, text);
	free(text);
	if (message->length >= LINE_LIMIT)
		return false;
	rpc_send(c->call->session->transport, message);
	return true;
}

/* The call is not parked any more, and its maker's again. */
static void
unpark(Call *call)
{
	Consultation *c = call->consultation;

	withdraw(c);
	release(c);
	forget(c);
}

/* Park the call, and ask; requests holds one question. */
static bool
park(Call *call, const Question *question, json_t *requests, ConsultDone done)
{
	static unsigned long asked;
	Session    *session = call->session;
	size_t		size = sizeof(Consultation) + call->request.size + question->requests.length +
	question->state.length + question->otherwise.length;
	const char *key = json_object_iter_key(json_object_iter(requests));
	size_t		length = 0;
	char	   *state = rpc_string(question->state, &length);
	Consultation *c;
	Buf			otherwise = {NULL, 0, 0};

	if (state == NULL || session->consult_count >= MOST_PARKED ||
		size > MOST_PARKED_BYTES - session->consult_bytes)
	{
		free(state);
		return false;
	}
	c = must_alloc(sizeof(*c));
	memset(c, 0, sizeof(*c));
	c->call = call;
	c->done = done;
	c->since = clock_ms();
	(void) snprintf(c->id, sizeof(c->id), "scimver-%lu", ++asked);
	c->key = must_strdup(key);
	c->state = state;
	c->size = size;
	buf_span(&otherwise, question->otherwise);
	c->otherwise = (ScanSpan) {otherwise.data, otherwise.length};
	if (!ask(c, json_object_get(requests, key)))
	{
		forget(c);
		return false;
	}
	call->consultation = c;
	call->unpark = unpark;
	call->request.state = REQUEST_PARKED;
	session->consult_count++;
	session->consult_bytes += size;
	TAILQ_INSERT_TAIL(&all, c, all);
	set_timer();
	return true;
}

static bool
begin_legacy(Call *call, const Question *question, ConsultDone done)
{
	json_t	   *requests;
	bool		parked;

	if (call->session->ending || ++call->asked > MOST_ROUNDS)
		return false;
	requests = json_loadb(question->requests.start, question->requests.length, 0, NULL);
	parked = json_object_size(requests) == 1 && park(call, question, requests, done);
	json_decref(requests);
	return parked;
}

bool
consult_begin(Call *call, const Question *question, ConsultDone done)
{
	if (!call->elicits || !scan_is_object(question->requests) ||
		!scan_is_string(question->state))
		return false;
	if (call->era == ERA_LEGACY)
		return begin_legacy(call, question, done);
	if (!result_input_required(call, question->requests, question->state))
		return false;
	session_end_call(call);
	return true;
}

/*
 * Has the user said something?  The database is told of a no as well: then the agent
 * hears that it was one, and not how the call could be made all the same.
 */
static bool
is_answer(ScanSpan result)
{
	static const char *const actions[] = {"accept", "decline", "cancel"};
	ScanSpan	action = {NULL, 0};
	ScanMember	wanted[] = {{"action", &action, false, NULL}, {NULL, NULL, false, NULL}};

	if (!scan_is_object(result) ||
		scan_members(result.start, result.length, wanted) != SCAN_OK)
		return false;
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
	{
		if (rpc_string_is(action, actions[i]))
			return true;
	}
	return false;
}

void
consult_answered(Session *session, const ScanMessage *response)
{
	Consultation *c;
	Buf			responses = {NULL, 0, 0};

	TAILQ_FOREACH(c, &all, all)
	{
		if (c->call->session == session && rpc_string_is(response->id, c->id))
			break;
	}
	if (c == NULL)
		return;					/* answered already, withdrawn, or never asked */
	if (response->error.start != NULL || !is_answer(response->result))
	{
		finish(c, NULL);
		return;
	}
	buf_text(&responses, "{");
	buf_json_string(&responses, c->key, strlen(c->key));
	buf_text(&responses, ":");
	buf_span(&responses, response->result);
	buf_put(&responses, "}", sizeof("}"));
	finish(c, responses.data);
	buf_free(&responses);
}

/* No more responses come: the session's parked calls are done. */
static void
on_finishing(Session *session)
{
	Consultation *next;

	for (Consultation *c = TAILQ_FIRST(&all); c != NULL; c = next)
	{
		next = TAILQ_NEXT(c, all);
		if (c->call->session == session)
		{
			withdraw(c);
			finish(c, NULL);
		}
	}
}

void
consult_open(struct event_base *base)
{
	static SessionFollower follower = {.finishing = on_finishing};

	sessions_follow(&follower);
	patience = evtimer_new(base, on_patience_over, NULL);
	if (patience == NULL)
		log_fatal("cannot make a timer");
}
