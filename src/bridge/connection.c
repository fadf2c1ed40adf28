/*
 * connection.c
 *		One connection to the database, without blocking.
 *
 * A request's statement is answered when libpq reports the connection idle again,
 * that is after ReadyForQuery: only then has the transaction been committed.
 *
 * A request that takes longer than --timeout is cancelled.  When the server does
 * not even end it then, the connection is closed: what became of a write there
 * is unknown.
 *
 * Entry points: connections_open, connection_init, connection_start,
 * connection_is_alive, connection_take, connection_cancel, connection_retire,
 * connection_give_up, connection_close.
 */
#include "connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "answer.h"
#include "cancel.h"
#include "clock.h"
#include "command_line.h"
#include "hand_back.h"
#include "log.h"
#include "metrics.h"
#include "opening.h"
#include "refusal.h"
#include "watch.h"

/* libpq keeps its largest buffers: after a larger exchange it starts afresh. */
#define EXCHANGE_AT_REST ((size_t) 512 * 1024)

/* Seconds for a request that was cancelled to end, and for a cancel request to return. */
#define CANCEL_PATIENCE 5

static uint64_t uses;

void
connection_close(Connection *c)
{
	watch_end(&c->watch);
	/* another connection in this place has another key: it cannot be hit */
	if (c->cancelling)
		cancel_forget(c);
	PQclear(c->answer);
	c->answer = NULL;
	PQfinish(c->pg);
	c->pg = NULL;
	queries_forget(&c->queries);
	c->flushing = c->broken = c->cancelling = c->outdated = false;
	c->state = CONNECTION_CLOSED;
}

/* It could not be opened; repeat: another attempt may come at once. */
static void
refused(Connection *c, OwnError error, const char *text, bool repeat)
{
	char	   *reason = refusal_reason(text, command_line_has_uri());
	bool		again = opening_may_repeat(c->seeking) && repeat;

	connection_close(c);
	if (again)
		c->handlers->ready(c);
	else
		c->handlers->refused(c, error, reason);
	free(reason);
}

/* It ends, and with it its request. */
static void
end(Connection *c, bool unsent, bool overdue)
{
	Request    *request = c->request;

	unsent = unsent || c->flushing || c->state != CONNECTION_BUSY;
	/* what is unsent stays so: PQfinish would send it */
	(void) shutdown(PQsocket(c->pg), SHUT_RDWR);
	c->request = NULL;
	connection_close(c);
	if (request != NULL)
		request_failed(request, request_unanswered(request, !unsent, overdue),
					   "the connection was lost");
	c->handlers->gone(c);
}

static void
lost(Connection *c, bool unsent)
{
	char		part[REQUEST_PART];

	if (c->request != NULL && !request_is_quiet(c->request))
		log_line("a connection to the database was lost during a call%s",
				 request_part(c->request, part));
	end(c, unsent, false);
}

void
connection_give_up(Connection *c)
{
	lost(c, false);
}

/* It may be given a request, or is closed; the pool is told when its caller is done. */
static void
rest(Connection *c)
{
	if (c->outdated)
	{
		connection_close(c);
		return;
	}
	c->state = CONNECTION_IDLE;
	c->last_used = ++uses;
	watch_quietly(&c->watch, c->pg);
	watch_deadline(&c->watch, c->cancelling ? CANCEL_PATIENCE : 0);
}

/* Hand libpq's buffer to the server; false when the connection is gone. */
static bool
flush(Connection *c)
{
	int			left = PQflush(c->pg);

	if (left < 0)
	{
		lost(c, true);
		return false;
	}
	c->flushing = left > 0;
	if (c->flushing)
		watch_for(&c->watch, c->pg, EV_WRITE);
	return true;
}

/* Send the request's statement, or what has to come before it. */
static void
send_statement(Connection *c)
{
	bool		sent;

	if (queries_must_locate(&c->queries, c->request))
	{
		c->state = CONNECTION_LOCATING;
		sent = queries_send_location(c->pg);
	}
	else if (queries_must_prepare(&c->queries, c->request))
	{
		c->state = CONNECTION_PREPARING;
		sent = queries_send_prepare(&c->queries, c->pg, c->request);
	}
	else
	{
		c->state = CONNECTION_BUSY;
		c->sent = clock_us();
		if (c->queries.limit > 0)
			c->request->limit = c->queries.limit;
		sent = queries_send(&c->queries, c->pg, c->request);
	}
	if (!sent)
	{
		lost(c, true);
		return;
	}
	if (flush(c) && PQsslInUse(c->pg))
		watch_for(&c->watch, c->pg, EV_READ);
}

void
connection_take(Connection *c, Request *request)
{
	request->state = REQUEST_SENT;
	request->since = clock_ms();
	if (request->lane != NULL)
		request->lane->busy++;
	c->request = request;
	watch_deadline(&c->watch, options.timeout);
	send_statement(c);
}

/* What had to come before the request's statement is done. */
static void
preparation_done(Connection *c, const PGresult *answer)
{
	Request    *request = c->request;
	OwnError	error = request->overdue ? ERROR_TIMED_OUT : ERROR_INTERRUPTED;

	if (c->state == CONNECTION_LOCATING && PQresultStatus(answer) == PGRES_TUPLES_OK)
	{
		if (!queries_learn(&c->queries, c->pg, answer))
			error = ERROR_NOT_INSTALLED;
		else if (queries_must_locate(&c->queries, request))
			error = ERROR_OUTDATED;
	}
	else if (PQresultStatus(answer) == PGRES_COMMAND_OK)
		queries_prepared(&c->queries, request);
	else
	{
		error = request_error(request, PQresultErrorField(answer, PG_DIAG_SQLSTATE), false);
		queries_forget(&c->queries);
	}
	if (!queries_must_locate(&c->queries, request) && !request->cancelled && !request->overdue)
	{
		send_statement(c);
		return;
	}
	c->request = NULL;
	rest(c);
	request_failed(request, error, NULL);
	c->handlers->ready(c);
}

/*
 * A tool that writes met such a server.  What it answered there may have been
 * overtaken where the primary is now, even "not found" or "already there".
 */
static void
demoted(Connection *c)
{
	Request    *request = c->request;

	log_line("the database server cannot be written to: its connections are closed");
	c->request = NULL;
	connection_close(c);
	c->handlers->demoted(c);
	request_failed(request, ERROR_DEMOTED, NULL);
	c->handlers->ready(c);
}

/*
 * May the connection be used again?  Not after what made libpq's buffers large, nor where
 * code of the application's has changed the session: the next request would be met by that.
 */
static bool
is_as_before(const Connection *c, const Request *request, const PGresult *answer)
{
	size_t		length = 0;
	const char *left = answer_left_behind(answer);

	if (left != NULL)
		log_line("%s: what a request changed would outlive it (%s): its connection is closed",
				 queries_name(request), left);
	(void) answer_value(answer, &length);
	return left == NULL && PQstatus(c->pg) == CONNECTION_OK &&
		length + request_length(request) <= EXCHANGE_AT_REST;
}

/* The server is ready again: hand on what it answered. */
static void
statement_done(Connection *c)
{
	PGresult   *answer = c->answer;
	Request    *request = c->request;

	c->answer = NULL;
	if (c->state != CONNECTION_BUSY)
	{
		preparation_done(c, answer);
		PQclear(answer);
		return;
	}
	metrics_database(clock_us() - c->sent);
	if (queries_show_demotion(&c->queries, request, answer))
	{
		demoted(c);
		PQclear(answer);
		return;
	}
	if (answer_says_moved(answer))
		queries_forget(&c->queries);

	/* free for others first: answering one request may hand in another */
	c->request = NULL;
	if (is_as_before(c, request, answer))
		rest(c);
	else
		connection_close(c);
	hand_back(request, answer);
	PQclear(answer);
	c->handlers->ready(c);
}

/* Keep the first error, or the result when there is none. */
static void
keep_result(Connection *c, PGresult *result)
{
	if (answer_is_error(result) && PQstatus(c->pg) == CONNECTION_BAD &&
		PQresultErrorField(result, PG_DIAG_SQLSTATE) == NULL)
		c->broken = true;		/* libpq's own: the connection ended */
	if (c->answer == NULL || (answer_is_error(result) && !answer_is_error(c->answer)))
	{
		PQclear(c->answer);
		c->answer = result;
	}
	else
		PQclear(result);
}

/* Take in what the server sent. */
static void
receive(Connection *c)
{
	/* what one TLS record holds may take several reads */
	int			reads = PQsslInUse(c->pg) ? 4 : 1;
	bool		consumed = true;

	while (reads-- > 0 && consumed)
		consumed = PQconsumeInput(c->pg) == 1;
	if (c->state == CONNECTION_IDLE)
	{
		if (!consumed || PQstatus(c->pg) == CONNECTION_BAD)
			lost(c, true);
		return;
	}
	while (!PQisBusy(c->pg))
	{
		PGresult   *result = PQgetResult(c->pg);

		if (result != NULL)
		{
			keep_result(c, result);
			continue;
		}
		if (c->broken || c->answer == NULL)
			lost(c, false);
		else
			statement_done(c);
		return;
	}
	if (!consumed)
		lost(c, false);
}

/* Hand on what was notified, unless it was closed meanwhile. */
static void
tell_notified(Connection *c)
{
	PGnotify   *notification;

	while (c->pg != NULL && (notification = PQnotifies(c->pg)) != NULL)
	{
		if (c->handlers->notified != NULL)
			c->handlers->notified(c, notification);
		PQfreemem(notification);
	}
}

/* What it says of the request that is under way. */
static void
on_notice(void *arg, const PGresult *notice)
{
	Connection *c = arg;

	if (c->state == CONNECTION_BUSY && c->request != NULL)
		hand_on_notice(c->request, notice);
}

static void
opened(Connection *c)
{
	if (PQsetnonblocking(c->pg, 1) != 0)
	{
		refused(c, ERROR_NO_DATABASE, PQerrorMessage(c->pg), false);
		return;
	}
	(void) PQsetNoticeReceiver(c->pg, on_notice, c);
	watch_socket(&c->watch, c->pg, true);
	watch_for(&c->watch, c->pg, EV_READ);
	rest(c);
	c->handlers->ready(c);
}

static void
on_event(evutil_socket_t fd, short what, void *arg)
{
	Connection *c = arg;

	(void) fd;
	if (c->state == CONNECTION_OPENING)
	{
		if (!opening_go_on(&c->watch, c->pg))
			return;
		if (PQstatus(c->pg) == CONNECTION_OK)
			opened(c);
		else
			refused(c, refusal_error(PQerrorMessage(c->pg)), PQerrorMessage(c->pg), true);
		return;
	}
	if ((what & EV_WRITE) && !flush(c))
		return;
	if (what & (EV_READ | EV_TIMEOUT))
	{
		receive(c);
		tell_notified(c);
	}
}

static void
send_cancel(Connection *c)
{
	if (!c->cancelling)
		c->cancelling = cancel_send(c->pg, c);
}

static void
on_deadline(evutil_socket_t fd, short what, void *arg)
{
	Connection *c = arg;

	(void) fd;
	(void) what;
	if (c->state == CONNECTION_OPENING)
	{
		opening_pass_over(c->pg);
		refused(c, ERROR_NO_DATABASE, "timeout expired", false);
	}
	else if (c->request == NULL)
	{
		log_line("a cancel request does not come back: its connection is closed");
		connection_close(c);
		c->handlers->ready(c);
	}
	else if (!c->request->overdue)
	{
		c->request->overdue = true;
		c->request->limit = options.timeout * 1000;
		send_cancel(c);
		watch_deadline(&c->watch, CANCEL_PATIENCE);
	}
	else
	{
		log_line("the database does not answer, nor end what is cancelled: the connection is "
				 "closed");
		end(c, false, true);
	}
}

void
connection_start(Connection *c, const char *application)
{
	c->state = CONNECTION_OPENING;
	c->pg = opening_start(&c->watch, application, &c->seeking);
	while (PQstatus(c->pg) == CONNECTION_BAD)
	{
		if (!opening_may_repeat(c->seeking))
		{
			refused(c, refusal_error(PQerrorMessage(c->pg)), PQerrorMessage(c->pg), false);
			return;
		}
		PQfinish(c->pg);
		c->pg = opening_start(&c->watch, application, &c->seeking);
	}
}

bool
connection_is_alive(Connection *c)
{
	char		byte;

	/*
	 * A server that is gone shows it before anything is sent to it: by the end of the stream,
	 * perhaps after a last message.
	 */
	while (recv(PQsocket(c->pg), &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0)
	{
		if (PQconsumeInput(c->pg) != 1 || PQstatus(c->pg) != CONNECTION_OK)
		{
			connection_close(c);
			return false;
		}
	}
	if (errno == EAGAIN || errno == EINTR)
		return true;
	connection_close(c);
	return false;
}

void
connection_cancel(Connection *c)
{
	/* where the extension is, is found soon: what follows it is not sent any more */
	if (c->state == CONNECTION_BUSY)
		send_cancel(c);
}

void
connection_retire(Connection *c)
{
	if (c->state == CONNECTION_IDLE)
		connection_close(c);
	else
		c->outdated = c->state != CONNECTION_CLOSED;
}

/* The cancel request has been delivered: it can hit no later statement. */
static void
on_cancel_returned(void *owner)
{
	Connection *c = owner;

	c->cancelling = false;
	if (c->state == CONNECTION_IDLE)
		watch_deadline(&c->watch, 0);
	c->handlers->ready(c);
}

void
connections_open(struct event_base *base)
{
	watch_open(base, on_event, on_deadline);
	cancel_open(base, on_cancel_returned);
}

void
connection_init(Connection *c, const ConnectionHandlers *handlers)
{
	memset(c, 0, sizeof(*c));
	c->handlers = handlers;
	c->watch.owner = c;
}
