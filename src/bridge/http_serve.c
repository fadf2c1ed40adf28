/*
 * http_serve.c
 *		Serving HTTP: what a connection does with what comes.
 *
 * A request's head comes, then its body; its route answers; the next one has its turn.
 * What was sent meanwhile waits.  All that moves a connection on is in http_serve: it
 * takes steps until one has to wait for something.
 *
 * Entry points: http_open, http_finish.
 */
#include "http_serve.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "command_line.h"
#include "http.h"
#include "http_crowd.h"
#include "http_proxy.h"
#include "http_routes.h"
#include "http_tls.h"
#include "log.h"
#include "observe.h"

/* Bytes of a body that a client sends in a second, at least, once it has had its time. */
#define LEAST_RATE 1000

/* Bytes of a body that are passed over, rather than that the connection is closed. */
#define MOST_SKIPPED 65536

/* Descriptors beside those of clients and of the pool. */
#define OTHER_FILES 64

/* When the process ends. */
static struct
{
	struct event *patience;		/* what runs takes too long */
	void		(*none_left) (void);	/* who waits for it */
}			finish;

/* ---- the end of connections ---- */

/* Once nobody is busy, those that are idle are closed, and that is all. */
static void
look_finished(void)
{
	HttpConnection *idle;

	if (!http_is_finishing() || http_connections_busy() > 0 || finish.none_left == NULL)
		return;
	while ((idle = http_connection_idle()) != NULL)
	{
		if (idle->unsent.bytes > 0)
			http_connection_enter(idle, PHASE_LAST);	/* it has not read all yet */
		else
			http_connection_free(idle);
	}
	if (http_connections_busy() > 0)
		return;
	finish.none_left();
	finish.none_left = NULL;
}

/* It ends now; a request that is being answered first comes to its end. */
static void
drop(HttpConnection *c)
{
	HttpExchange *exchange = c->exchange;

	http_connection_close(c);
	if (c->serving)
		return;					/* serve() sees that it is closed */
	if (exchange != NULL && c->phase == PHASE_ANSWER)
	{
		exchange->gone = true;
		exchange->route->gone(exchange);	/* which may be the end of both */
		return;
	}
	if (exchange != NULL)
		http_forget(exchange);
	http_crowd_leave(&c->peer);
	http_connection_free(c);
	look_finished();
}

/* Nothing more is answered: when the client has read all, it is told. */
static void
end(HttpConnection *c)
{
	if (c->phase != PHASE_LAST)
		buf_free(&c->in);
	if (c->broken || (c->ended && c->unsent.bytes == 0))
	{
		drop(c);
		return;
	}
	if (c->unsent.bytes > 0)
	{
		http_connection_enter(c, PHASE_LAST);
		return;
	}
	/* were it closed while the client still sends, the answer could be lost on its way */
	http_connection_shut(c);
	http_connection_enter(c, PHASE_END);
}

/* ---- a request, step by step: each tells whether the next step can be taken ---- */

/* All of it is there. */
static bool
hand_on(HttpConnection *c)
{
	http_connection_enter(c, PHASE_ANSWER);
	c->exchange->route->handle(c->exchange);
	return true;
}

/* Bytes of the body: first those that came with the head. */
static size_t
body_bytes(HttpConnection *c, const char **bytes)
{
	if (c->at == c->in.length)
		return http_connection_peek(c, bytes);
	*bytes = c->in.data + c->at;
	return c->in.length - c->at;
}

static void
use_body_bytes(HttpConnection *c, size_t length)
{
	if (c->at == c->in.length)
		http_connection_drop(c, length);
	else
		c->at += length;
}

/* Of one that is too long, say how long it may be (RFC 7644 section 3.7.4). */
static void
refuse_body(HttpExchange *exchange, int status)
{
	char		detail[80];

	(void) snprintf(detail, sizeof(detail), "The body of the request has more than %d bytes.",
					options.max_body);
	http_refuse(exchange, status, status == 413 ? detail : NULL, true);
}

static bool
read_body(HttpConnection *c)
{
	HttpExchange *exchange = c->exchange;
	int			status;
	size_t		length;

	do
	{
		const char *bytes = "";
		size_t		used;
		ScanSpan	piece;

		length = body_bytes(c, &bytes);
		status = http_parse_body(&exchange->progress, bytes, length, &used, &piece);
		if (!http_take_body(exchange, piece))
			status = 503;
		use_body_bytes(c, used);
	} while (status == HTTP_MORE && length > 0);
	if (status == HTTP_WHOLE)
		return hand_on(c);
	if (status != HTTP_MORE)
		refuse_body(exchange, status);
	else if (c->phase != PHASE_BODY)
		http_connection_enter(c, PHASE_BODY);
	return status != HTTP_MORE;
}

/* The client waits to be told that its body is wanted, unless some of that is here already. */
static void
ask_for_body(HttpConnection *c)
{
	static char line[] = "HTTP/1.1 100 Continue\r\n\r\n";
	const Buf	go_on = {line, sizeof(line) - 1, 0};
	const char *bytes;

	if (c->exchange->head.expects_continue && body_bytes(c, &bytes) == 0)
		http_connection_send(c, &go_on, NULL, 0);
}

/*
 * The body of a request that is refused: if it is a short one, the connection can be used
 * again behind it.  Is it to be closed?
 */
static bool
cannot_skip(HttpConnection *c)
{
	const HttpHead *head = &c->exchange->head;

	if (head->chunked || head->expects_continue || head->body_length > MOST_SKIPPED)
		return true;
	c->skip = (size_t) head->body_length;
	return false;
}

/* The head is there: who answers, and does he want the body? */
static bool
begin_request(HttpConnection *c)
{
	HttpExchange *exchange = c->exchange;
	const HttpHead *head = &exchange->head;
	HttpAnswer	refusal = {.status = 0};
	int			status;

	c->at = head->length;
	exchange->began = clock_us();
	exchange->route = http_route(c->listener->door, head->path, &exchange->rest);
	if (exchange->route == NULL)
		http_refuse(exchange, 404, NULL, cannot_skip(c));
	else if (!exchange->route->admit(exchange, &refusal))
	{
		refusal.close |= cannot_skip(c);
		http_answer(exchange, &refusal);
	}
	else if ((status = http_body_begin(&exchange->progress, head,
									   (uint64_t) options.max_body)) != HTTP_MORE)
		refuse_body(exchange, status);
	else
	{
		ask_for_body(c);
		return read_body(c);
	}
	return true;
}

/* Are there bytes of a request, behind those of a body that is skipped? */
static bool
has_begun(HttpConnection *c)
{
	do
	{
		size_t		skipped = c->skip < c->in.length ? c->skip : c->in.length;

		buf_consume(&c->in, skipped);
		c->skip -= skipped;
		if (c->in.length > 0)
			return true;
	} while (http_connection_take(c));
	buf_free(&c->in);
	return false;
}

static bool
read_head(HttpConnection *c)
{
	int			status;

	if (!has_begun(c))
		return false;
	if (c->exchange == NULL)
		c->exchange = http_begin(c);
	status = http_parse_head(c->in.data, c->in.length, &c->looked, &c->exchange->head);
	if (status == HTTP_WHOLE)
		return begin_request(c);
	if (status != HTTP_MORE)
		http_refuse(c->exchange, status, NULL, true);
	else if (!http_connection_take(c))
	{
		if (c->phase == PHASE_IDLE)
			http_connection_enter(c, PHASE_HEAD);
		return false;
	}
	return true;
}

static bool
step(HttpConnection *c)
{
	switch (c->phase)
	{
		case PHASE_IDLE:
		case PHASE_HEAD:
			return read_head(c);
		case PHASE_BODY:
			return read_body(c);
		default:
			return false;
	}
}

/* Go on until there is something to wait for. */
static void
serve(HttpConnection *c)
{
	if (c->serving)
		return;
	c->serving = true;
	while (c->socket != NULL && step(c))
		;
	c->serving = false;
	if (c->socket == NULL)
		drop(c);
}

/* ---- what connections tell ---- */

/* The request has been answered: the next one, unless there is none. */
static void
on_answered(HttpConnection *c, bool close)
{
	c->exchange = NULL;
	if (c->socket == NULL)
		drop(c);
	else if (close || c->broken)
		end(c);
	else
	{
		buf_consume(&c->in, c->at);
		c->at = c->looked = 0;
		http_connection_enter(c, http_connection_is_backlogged(c) ? PHASE_HELD : PHASE_IDLE);
		serve(c);
	}
}

static void
on_input(HttpConnection *c)
{
	if (c->phase == PHASE_LAST || c->phase == PHASE_END)
		http_connection_drop_all(c);
	else
		serve(c);
}

static void
on_drained(HttpConnection *c)
{
	if (c->phase == PHASE_LAST)
		end(c);
	else if (c->phase == PHASE_HELD || c->phase == PHASE_IDLE)
	{
		http_connection_enter(c, PHASE_IDLE);
		serve(c);
		look_finished();
	}
}

/* What has been answered already is still written to a client that only sends no more. */
static void
on_lost(HttpConnection *c, bool ended)
{
	if (!ended || c->unsent.bytes == 0 || c->phase == PHASE_ANSWER || c->listener->tls)
	{
		drop(c);
		return;
	}
	if (c->exchange != NULL)
		http_forget(c->exchange);
	c->exchange = NULL;
	http_connection_enter(c, PHASE_LAST);
}

/* A body may take longer while enough of it comes. */
static void
on_body_expired(HttpConnection *c)
{
	uint64_t	taken = (clock_us() - c->exchange->began) / 1000;
	uint64_t	due = c->exchange->progress.taken * 1000 / LEAST_RATE;

	if (due > taken)
		http_connection_extend(c, due - taken);
	else
		http_refuse(c->exchange, 408, NULL, true);
}

static void
on_expired(HttpConnection *c)
{
	switch (c->phase)
	{
		case PHASE_HEAD:
			http_refuse(c->exchange, 408, NULL, true);
			break;
		case PHASE_BODY:
			on_body_expired(c);
			break;
		case PHASE_IDLE:
		case PHASE_HELD:
		case PHASE_LAST:
			if (http_connection_reads(c))
				http_connection_enter(c, c->phase);
			else
				drop(c);
			break;
		default:
			drop(c);
	}
}

/* ---- new clients ---- */

/* What can be told without waiting. */
static void
tell_full(int fd)
{
	static const HttpAnswer answer = {.status = 503, .headers = {{"Retry-After", "1"}}};
	const Observed observed = {.transport = "http", .status = answer.status};
	static char asked[4096];
	Buf			head = {NULL, 0, 0};

	observe(&observed);
	http_write_head(&head, &answer, true, HTTP_CLOSED);
	/* a socket that is closed with something unread is reset, and the answer may be lost */
	if (send(fd, head.data, head.length, MSG_NOSIGNAL) > 0 && shutdown(fd, SHUT_WR) == 0)
		(void) recv(fd, asked, sizeof(asked), 0);
	buf_free(&head);
}

/* There are too many. */
static void
turn_away(const HttpListener *listener, int fd)
{
	if (!listener->tls)
		tell_full(fd);
	(void) close(fd);
}

static void
on_taken(const HttpListener *listener, int fd, const HttpAddress *peer)
{
	if (http_crowd_enter(peer))
		http_connection_new(listener, fd, peer);
	else
		turn_away(listener, fd);
}

/* As many descriptors as all together may need. */
static void
raise_limit(void)
{
	const int	files = options.max_connections + options.pool_size + OTHER_FILES;
	const rlim_t needed = (rlim_t) files;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		log_fatal("cannot read the limit of open files: %s", strerror(errno));
	if (limit.rlim_cur >= needed)
		return;
	if (limit.rlim_max < needed)
	{
		log_line("%d connections take %d open files, the limit is %llu: raise it "
				 "(ulimit -n, LimitNOFILE=), or let in less by --max-connections",
				 options.max_connections, files, (unsigned long long) limit.rlim_max);
		exit(EXIT_USAGE);
	}
	limit.rlim_cur = needed;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		log_fatal("cannot raise the limit of open files: %s", strerror(errno));
}

void
http_open(struct event_base *base)
{
	static const HttpHandlers handlers = {on_input, on_drained, on_lost, on_expired, on_answered};

	raise_limit();
	http_proxies_open();
	http_connections_open(base, &handlers);
	if (options.tls_cert != NULL)
		http_tls_open(base);
	if (options.metrics != NULL)
		http_listen(base, options.metrics, HTTP_METRICS, false, on_taken);
	if (options.http != NULL)
		http_listen(base, options.http, HTTP_MAIN, options.tls_cert != NULL, on_taken);
}

/* ---- the end of the process ---- */

static void
on_patience_over(evutil_socket_t fd, short what, void *arg)
{
	(void) fd;
	(void) what;
	(void) arg;
	log_line("%u requests were not answered in time", http_connections_busy());
	if (finish.none_left != NULL)
		finish.none_left();
	finish.none_left = NULL;
}

void
http_finish(struct event_base *base, int seconds, void (*none_left) (void))
{
	const struct timeval patience = {seconds, 0};

	http_begin_to_finish();
	http_listen_no_more();
	finish.none_left = none_left;
	finish.patience = evtimer_new(base, on_patience_over, NULL);
	if (finish.patience == NULL || event_add(finish.patience, &patience) < 0)
		log_fatal("cannot set a timer");
	look_finished();
}
