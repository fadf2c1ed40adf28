/*
 * scim.c
 *		SCIM over HTTP: one request, one call of scim_http, one answer.
 *
 * What a request means, and what its answer says, is the database's affair: bytes go
 * there, and come back.  What only reads may be asked twice, if the connection to the
 * database is lost; what may have written is not: its client is told that nobody knows.
 *
 * Entry points: scim_open, scim_admit, scim_handle, scim_gone.
 */
#include "scim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth.h"
#include "clock.h"
#include "command_line.h"
#include "log.h"
#include "look.h"
#include "metrics.h"
#include "own_role.h"
#include "pool.h"
#include "queries_http.h"
#include "request.h"
#include "scim_admission.h"
#include "scim_answer.h"
#include "scim_headers.h"
#include "token_lanes.h"

/* Characters of a Host that is believed. */
#define HOST_MOST 255

/* A request that is handed in. */
typedef struct Work
{
	Request		request;		/* what the pool knows of it */
				TAILQ_ENTRY(Work) place;	/* among all of them, in the order in which they came */
	uint64_t	came;			/* when, by clock_ms */
	HttpExchange *exchange;		/* whose it is */
	HttpQuestion question;		/* what is asked */
	Credentials who;			/* by whom */
	Buf			text;			/* what the question points to */
	bool		again;			/* it is asked for the second time */
} Work;

static struct
{
	TAILQ_HEAD(, Work) works;	/* all that were handed in and have not come back */
	struct event *overdue;		/* the first of them has waited as long as it may */
	Lane		loopback;		/* those without a token, by --insecure-loopback */
}			scim = {.works = TAILQ_HEAD_INITIALIZER(scim.works)};

static void begin(HttpExchange *exchange, const Credentials *who, bool again);

/* ---- how long it may wait for a connection ---- */

static uint64_t
patience(void)
{
	return (uint64_t) options.timeout * 1000;
}

/* Look at the first one when its time is over; those behind it came later. */
static void
watch_first(void)
{
	const Work *first = TAILQ_FIRST(&scim.works);
	uint64_t	waited = first != NULL ? clock_ms() - first->came : 0;
	uint64_t	left = waited < patience() ? patience() - waited : 0;
	struct timeval timeval = {(time_t) (left / 1000), (suseconds_t) (left % 1000 * 1000)};

	if (first != NULL && event_add(scim.overdue, &timeval) < 0)
		log_fatal("cannot set a timer");
}

/* It is in the list of those that may have to wait. */
static void
list(Work *work)
{
	work->came = clock_ms();
	TAILQ_INSERT_TAIL(&scim.works, work, place);
	if (!evtimer_pending(scim.overdue, NULL))
		watch_first();
}

/* It is not any more; a timer that was set for it finds another one, or nobody. */
static void
unlist(Work *work)
{
	if (work->came > 0)
		TAILQ_REMOVE(&scim.works, work, place);
	work->came = 0;
}

/* Those that wait for a connection for too long are told so; others have one by now. */
static void
on_overdue(evutil_socket_t fd, short what, void *arg)
{
	Work	   *work;

	(void) fd;
	(void) what;
	(void) arg;
	while ((work = TAILQ_FIRST(&scim.works)) != NULL && clock_ms() - work->came >= patience())
	{
		Request    *request = &work->request;

		unlist(work);
		if (request->state != REQUEST_QUEUED)
			continue;
		pool_drop(request);
		request_failed(request, ERROR_BUSY, NULL);
	}
	watch_first();
}

/* ---- the way back ---- */

/* It has come back; its exchange goes on without it. */
static HttpExchange *
take_apart(Work *work)
{
	HttpExchange *exchange = work->exchange;
	Lane	   *lane = work->request.lane;

	unlist(work);
	buf_free(&work->text);
	free(work);
	if (lane != &scim.loopback)
		token_lane_leave(lane);
	exchange->work = NULL;
	return exchange;
}

static void
answer_error(Work *work, const Outcome *outcome)
{
	const OwnErrorKind *kind = own_error_kind(outcome->error);
	char		limit[64];
	const char *reason = request_reason(&work->request, outcome, limit, sizeof(limit));
	bool		token = work->who.token;
	HttpAnswer	answer;

	/* what explains how the bridge is set up is nothing for clients of elsewhere */
	if (!kind->limited && !own_error_is_refusal(outcome->error))
		reason = NULL;
	scim_answer_error(&answer, outcome->error, reason, token);
	http_answer(take_apart(work), &answer);
}

/* The database has said what it thinks of who asks; the id of his token, or NULL. */
static const char *
note_caller(const Work *work, const PGresult *row, int status)
{
	const Credentials *who = &work->who;
	const char *id = http_column(row, HTTP_COLUMN_TOKEN);
	const char *most = PQgetvalue(row, 0, HTTP_COLUMN_MOST);
	const char *code = http_column(row, HTTP_COLUMN_ERROR_CODE);

	if (status >= 400)
		metrics_error(code);
	if (status == 401 && who->token)
		rates_failed(http_peer(work->exchange), who->digest, clock_ms());
	if (status == 401)
		metrics_count(METRIC_AUTH_FAILURES, who->token ? "refused" : "missing", 1);
	/* it is not for that, or its role may not */
	if (who->token && code != NULL && strcmp(code, "PERMISSION_DENIED") == 0)
		metrics_count(METRIC_AUTH_FAILURES, "forbidden", 1);
	if (id != NULL)
		rates_succeeded(who->digest, (uint32_t) strtoul(most, NULL, 10), &who->rate, clock_ms());
	return id;
}

/* The database has answered. */
static void
answer_row(Work *work, const Outcome *outcome)
{
	bool		reads = request_only_reads(&work->request);
	HttpExchange *exchange = work->exchange;
	HttpAnswer	answer;

	if (!scim_answer_row(&answer, exchange, outcome->row, work->who.token))
	{
		log_line("scim_http did not return an answer");
		answer_error(work, &(Outcome) {.error = reads ? ERROR_INTERNAL : ERROR_LOST_WRITE});
		return;
	}
	exchange->subject = note_caller(work, outcome->row, answer.status);
	if (work->request.unreplicated && answer.status < 400)
	{
		answer_error(work, &(Outcome) {.error = ERROR_NOT_REPLICATED});
		return;
	}
	http_answer(take_apart(work), &answer);
}

/*
 * Is it to be asked once more?  If it was not asked at all, as the extension is not where it
 * was, or if that can do no harm.
 */
static bool
may_ask_again(const Work *work, const Outcome *outcome)
{
	return !work->again && !work->request.cancelled &&
		(outcome->moved || outcome->error == ERROR_LOST_READ);
}

static void
done(Request *request, const Outcome *outcome)
{
	Work	   *work = (Work *) request;

	if (outcome->answered)
		answer_row(work, outcome);
	else if (may_ask_again(work, outcome))
	{
		const Credentials who = work->who;

		begin(take_apart(work), &who, true);
	}
	else
		answer_error(work, outcome);
}

/* ---- the way there ---- */

/* Where in the text a span stands now, with a NUL behind it. */
static size_t
put_span(Buf *text, ScanSpan span)
{
	size_t		at = text->length;

	buf_span(text, span);
	buf_put(text, "", 1);
	return at;
}

/* Is it a name or an address, perhaps with a port? */
static bool
is_host(ScanSpan host)
{
	static const char letters[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]";

	for (size_t i = 0; i < host.length; i++)
	{
		if (host.start[i] == '\0' || strchr(letters, host.start[i]) == NULL)
			return false;
	}
	return host.length > 0 && host.length <= HOST_MOST;
}

/* How its client reached --scim-base, as far as that can be told. */
static bool
put_base_url(Buf *text, const HttpExchange *exchange)
{
	ScanSpan	host = http_host(exchange);

	if (host.start == NULL || !is_host(host))
		return false;
	buf_printf(text, "%s://%.*s%s", http_scheme(exchange), (int) host.length, host.start,
			   strcmp(options.scim_base, "/") == 0 ? "" : options.scim_base);
	buf_put(text, "", 1);
	return true;
}

/* What is asked: all of it in one piece of memory, but the body. */
static void
take_question(Work *work)
{
	const HttpExchange *exchange = work->exchange;
	const HttpHead *head = &exchange->head;
	size_t		path = put_span(&work->text, exchange->rest);
	size_t		query = put_span(&work->text, head->query);
	size_t		headers = work->text.length;
	size_t		base_url;
	bool		has_base_url;

	scim_headers_put(&work->text, head);
	buf_put(&work->text, "", 1);
	base_url = work->text.length;
	has_base_url = put_base_url(&work->text, exchange);
	work->question.path = work->text.data + path;
	work->question.query = head->query.start != NULL ? work->text.data + query : NULL;
	work->question.headers = work->text.data + headers;
	work->question.body = (ScanSpan) {exchange->body.data, exchange->body.length};
	work->question.digest = work->who.token ? work->who.digest : NULL;
	work->question.loopback = work->who.loopback;
	work->question.base_url = has_base_url ? work->text.data + base_url : NULL;
	work->request.http = &work->question;
}

static RequestKind
kind_of(const HttpExchange *exchange)
{
	HttpMethod	method = exchange->head.method;

	return method == HTTP_GET || method == HTTP_HEAD || scim_is_search(exchange) ||
		options.read_only ? REQUEST_HTTP_READ : REQUEST_HTTP_WRITE;
}

/* Hand it in. */
static void
begin(HttpExchange *exchange, const Credentials *who, bool again)
{
	const RequestText text = {.tool = http_method_name(exchange->head.method), .agent = ""};
	Lane	   *lane = who->loopback ? &scim.loopback :
		token_lane_use(who->token ? who->digest : NULL);
	Work	   *work = (Work *) request_new(sizeof(Work), kind_of(exchange), &text, lane, done);

	work->exchange = exchange;
	work->who = *who;
	work->again = again;
	take_question(work);
	exchange->work = work;
	list(work);
	own_role_submit(&work->request);
}

/* ---- entry points ---- */

void
scim_open(struct event_base *base)
{
	if (options.scim_base == NULL)
		return;
	auth_open();
	lane_init(&scim.loopback);
	scim.overdue = evtimer_new(base, on_overdue, NULL);
	if (scim.overdue == NULL)
		log_fatal("cannot make a timer");
}

bool
scim_admit(HttpExchange *exchange, HttpAnswer *refusal)
{
	Credentials who;

	return scim_may_come(exchange, &who, false, refusal);
}

/* What was admitted is looked at again: nothing of it was kept meanwhile. */
void
scim_handle(HttpExchange *exchange)
{
	Credentials who;
	HttpAnswer	answer;

	if (scim_may_come(exchange, &who, true, &answer))
		begin(exchange, &who, false);
	else
		http_answer(exchange, &answer);
}

/* What reads is not wanted any more; what writes goes on, as nobody knows whether it had begun. */
void
scim_gone(HttpExchange *exchange)
{
	Request    *request = exchange->work;	/* a Work begins with it */

	if (request == NULL || !request_only_reads(request))
		return;
	request->cancelled = true;
	switch (request->state)
	{
		case REQUEST_WAITING:
			look_drop(request);
			break;
		case REQUEST_QUEUED:
			pool_drop(request);
			break;
		case REQUEST_SENT:
		case REQUEST_PARKED:
			pool_cancel(request);
			return;
	}
	request_failed(request, ERROR_INTERRUPTED, NULL);
}
