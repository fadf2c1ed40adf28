/*
 * connection.c
 *		One connection to the database, without blocking.
 *
 * A call's statement is answered when libpq reports the connection idle again,
 * that is after ReadyForQuery: only then has the transaction been committed.
 *
 * Entry points: connections_open, connection_start, connection_is_alive,
 * connection_take, connection_cancel, connection_close.
 */
#include "connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cancel.h"
#include "log.h"
#include "options.h"

/* How long opening may take, in seconds, when connect_timeout says nothing. */
#define CONNECT_TIMEOUT 10

/* libpq keeps its largest buffers: after a larger exchange it starts afresh. */
#define EXCHANGE_AT_REST ((size_t) 512 * 1024)

static struct event_base *event_base;
static ConnectionHandlers handlers;
static uint64_t uses;

static void on_event(evutil_socket_t fd, short what, void *arg);

static void
forget_events(Connection *c)
{
	struct event **events[] = {&c->readable, &c->writable, &c->deadline};

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
	{
		if (*events[i] != NULL)
			event_free(*events[i]);
		*events[i] = NULL;
	}
}

void
connection_close(Connection *c)
{
	forget_events(c);
	PQclear(c->answer);
	c->answer = NULL;
	PQfinish(c->pg);
	c->pg = NULL;
	sql_forget(&c->sql);
	c->flushing = false;
	c->broken = false;
	c->state = CONNECTION_CLOSED;
}

/* It could not be opened. */
static void
refused(Connection *c, const char *text)
{
	char	   *reason = must_strdup(text);
	size_t		length;

	/* one line, without control characters */
	for (length = 0; reason[length] != '\0'; length++)
	{
		if ((unsigned char) reason[length] < 0x20)
			reason[length] = ' ';
	}
	while (length > 0 && reason[length - 1] == ' ')
		reason[--length] = '\0';
	if (!scan_utf8(reason, length))
		*reason = '\0';
	connection_close(c);
	handlers.refused(c, *reason != '\0' ? reason : "no reason was given");
	free(reason);
}

/* It is gone; unsent: the server cannot have had the whole statement. */
static void
lost(Connection *c, bool unsent)
{
	Call	   *call = c->call;

	unsent = unsent || c->flushing || c->state != CONNECTION_BUSY;
	if (c->state != CONNECTION_IDLE)
		log_line("a connection to the database was lost during a call");
	c->call = NULL;
	connection_close(c);
	if (call != NULL)
		call_failed(call, unsent ? ERROR_NO_DATABASE :
					call->read_only ? ERROR_LOST_READ : ERROR_LOST_WRITE,
					"the connection was lost");
	handlers.gone(c);
}

/* It may be given a call; the pool is told when its caller is done. */
static void
idle(Connection *c)
{
	c->state = CONNECTION_IDLE;
	c->last_used = ++uses;
	if (PQsslInUse(c->pg) && event_remove_timer(c->readable) < 0)
		log_fatal("cannot watch a connection");
}

/*
 * Wait for these events.  A TLS library may hold back bytes that it has read
 * already, which the socket cannot tell: look again after a while.
 */
static void
watch(Connection *c, short what)
{
	static const struct timeval look_again = {0, 20000};
	bool		encrypted = PQsslInUse(c->pg) && c->state != CONNECTION_IDLE;

	if ((what & EV_READ) && event_add(c->readable, encrypted ? &look_again : NULL) < 0)
		log_fatal("cannot watch a connection");
	if ((what & EV_WRITE) && event_add(c->writable, NULL) < 0)
		log_fatal("cannot watch a connection");
}

/* Events for the socket that libpq uses now; it may change while opening. */
static void
make_events(Connection *c, short persist)
{
	int			fd = PQsocket(c->pg);

	if (c->readable != NULL)
		event_free(c->readable);
	if (c->writable != NULL)
		event_free(c->writable);
	c->readable = event_new(event_base, fd, (short) (EV_READ | persist), on_event, c);
	c->writable = event_new(event_base, fd, EV_WRITE, on_event, c);
	if (c->readable == NULL || c->writable == NULL)
		log_fatal("cannot watch a connection");
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
		watch(c, EV_WRITE);
	return true;
}

/* Send the call's statement, or what has to come before it. */
static void
send_statement(Connection *c)
{
	bool		sent;

	if (!sql_is_known(&c->sql))
	{
		c->state = CONNECTION_LOOKUP;
		sent = sql_send_lookup(c->pg);
	}
	else if (sql_must_prepare(&c->sql, c->call))
	{
		c->state = CONNECTION_PREPARING;
		sent = sql_send_prepare(&c->sql, c->pg, c->call);
	}
	else
	{
		c->state = CONNECTION_BUSY;
		sent = sql_send_call(&c->sql, c->pg, c->call);
	}
	if (!sent)
	{
		lost(c, true);
		return;
	}
	if (flush(c) && PQsslInUse(c->pg))
		watch(c, EV_READ);
}

void
connection_take(Connection *c, Call *call)
{
	call->state = CALL_SENT;
	c->call = call;
	send_statement(c);
}

/* Does this error say that the extension is not what or where it was? */
static bool
says_moved(const PGresult *answer)
{
	static const char *const sqlstates[] = {"42883", "3F000", "0A000", "26000"};
	const char *sqlstate = PQresultErrorField(answer, PG_DIAG_SQLSTATE);

	for (size_t i = 0; sqlstate != NULL && i < sizeof(sqlstates) / sizeof(sqlstates[0]); i++)
	{
		if (strcmp(sqlstate, sqlstates[i]) == 0)
			return true;
	}
	return false;
}

/* What had to come before the call's statement is done. */
static void
preparation_done(Connection *c, const PGresult *answer)
{
	Call	   *call = c->call;
	BridgeError error;

	if (c->state == CONNECTION_LOOKUP && PQresultStatus(answer) == PGRES_TUPLES_OK)
		error = sql_learn(&c->sql, c->pg, answer) ? ERROR_INTERRUPTED : ERROR_NOT_INSTALLED;
	else if (PQresultStatus(answer) == PGRES_COMMAND_OK)
	{
		sql_prepared(&c->sql, call);
		error = ERROR_INTERRUPTED;
	}
	else
	{
		/* nothing of the call was sent, so a write is as safe as a read */
		error = error_of_sqlstate(PQresultErrorField(answer, PG_DIAG_SQLSTATE), true);
		sql_forget(&c->sql);
	}
	if (sql_is_known(&c->sql) && !call->cancelled)
	{
		send_statement(c);
		return;
	}
	c->call = NULL;
	idle(c);
	call_failed(call, error, NULL);
	handlers.ready(c);
}

/* The server is ready again: hand on what it answered. */
static void
statement_done(Connection *c)
{
	PGresult   *answer = c->answer;
	Call	   *call = c->call;
	size_t		length = 0;

	c->answer = NULL;
	if (c->state != CONNECTION_BUSY)
	{
		preparation_done(c, answer);
		PQclear(answer);
		return;
	}
	if (says_moved(answer))
		sql_forget(&c->sql);
	if (PQresultStatus(answer) == PGRES_TUPLES_OK)
		(void) sql_value(answer, &length);

	/* free for others first: answering one call may hand in another */
	c->call = NULL;
	if (length + call->arguments.length > EXCHANGE_AT_REST ||
		PQstatus(c->pg) != CONNECTION_OK)
		connection_close(c);
	else
		idle(c);
	call_answered(call, answer);
	PQclear(answer);
	handlers.ready(c);
}

static bool
is_error(const PGresult *result)
{
	return PQresultStatus(result) != PGRES_TUPLES_OK &&
		PQresultStatus(result) != PGRES_COMMAND_OK;
}

/* Keep the first error, or the result when there is none. */
static void
keep_result(Connection *c, PGresult *result)
{
	if (is_error(result) && PQstatus(c->pg) == CONNECTION_BAD &&
		PQresultErrorField(result, PG_DIAG_SQLSTATE) == NULL)
		c->broken = true;		/* libpq's own: the connection ended */
	if (c->answer == NULL || (is_error(result) && !is_error(c->answer)))
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

static void
opened(Connection *c)
{
	event_free(c->deadline);
	c->deadline = NULL;
	if (PQsetnonblocking(c->pg, 1) != 0)
	{
		refused(c, PQerrorMessage(c->pg));
		return;
	}
	make_events(c, EV_PERSIST);
	watch(c, EV_READ);
	idle(c);
	handlers.ready(c);
}

static void
go_on_opening(Connection *c)
{
	switch (PQconnectPoll(c->pg))
	{
		case PGRES_POLLING_OK:
			opened(c);
			break;
		case PGRES_POLLING_READING:
			make_events(c, 0);
			watch(c, EV_READ);
			break;
		case PGRES_POLLING_WRITING:
			make_events(c, 0);
			watch(c, EV_WRITE);
			break;
		default:
			refused(c, PQerrorMessage(c->pg));
	}
}

static void
on_event(evutil_socket_t fd, short what, void *arg)
{
	Connection *c = arg;

	(void) fd;
	if (c->state == CONNECTION_OPENING)
	{
		go_on_opening(c);
		return;
	}
	if ((what & EV_WRITE) && !flush(c))
		return;
	if (what & (EV_READ | EV_TIMEOUT))
		receive(c);
}

static void
on_deadline(evutil_socket_t fd, short what, void *arg)
{
	(void) fd;
	(void) what;
	refused(arg, "timeout expired");
}

/* Notices are for people at a terminal, and may quote data. */
static void
ignore_notice(void *arg, const PGresult *notice)
{
	(void) arg;
	(void) notice;
}

/* connect_timeout as libpq found it, wherever it was set. */
static int
connect_timeout(PGconn *pg)
{
	PQconninfoOption *all = PQconninfo(pg);
	int			seconds = 0;

	for (PQconninfoOption *o = all; o != NULL && o->keyword != NULL; o++)
	{
		if (strcmp(o->keyword, "connect_timeout") == 0 && o->val != NULL)
			seconds = atoi(o->val);
	}
	PQconninfoFree(all);
	return seconds > 0 ? seconds : CONNECT_TIMEOUT;
}

void
connection_start(Connection *c, const char *application)
{
	const char *const keywords[] = {"dbname", "client_encoding", "fallback_application_name", NULL};
	const char *const values[] = {options.conninfo, "UTF8", application, NULL};
	struct timeval deadline = {0, 0};

	c->state = CONNECTION_OPENING;
	c->pg = PQconnectStartParams(keywords, values, 1);
	if (c->pg == NULL)
		log_fatal("out of memory");
	if (PQstatus(c->pg) == CONNECTION_BAD)
	{
		refused(c, PQerrorMessage(c->pg));
		return;
	}
	/* DNS and files apart, nothing from here on blocks */
	(void) PQsetNoticeReceiver(c->pg, ignore_notice, NULL);
	deadline.tv_sec = connect_timeout(c->pg);
	c->deadline = evtimer_new(event_base, on_deadline, c);
	if (c->deadline == NULL || event_add(c->deadline, &deadline) < 0)
		log_fatal("cannot set a timer");
	make_events(c, 0);
	watch(c, EV_WRITE);
}

bool
connection_is_alive(Connection *c)
{
	char		byte;

	/*
	 * A server that is gone shows it before anything is sent to it: by the end
	 * of the stream, perhaps after a last message.
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
	/* a lookup is short: what follows it is not sent any more */
	if (c->state == CONNECTION_BUSY && !c->cancelling)
		c->cancelling = cancel_send(c->pg, c);
}

/* The cancel request has been delivered: it can hit no later statement. */
static void
on_cancel_returned(void *owner)
{
	Connection *c = owner;

	c->cancelling = false;
	handlers.ready(c);
}

void
connections_open(struct event_base *base, const ConnectionHandlers *given)
{
	event_base = base;
	handlers = *given;
	cancel_open(base, on_cancel_returned);
}
