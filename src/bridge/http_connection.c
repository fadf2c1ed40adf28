/*
 * http_connection.c
 *		One client's connection: bytes in and out, how long is waited for them, its end.
 *
 * While a request is answered, reading goes on, by which a client that goes is seen at
 * once; but no more is read than a few requests take, and where that many wait, an end
 * is watched for without reading (http_watch.c).
 *
 * A connection that is idle has no buffers: ten thousand of them take a few kilobytes
 * each.
 *
 * Entry points: http_connections_*, http_connection_*.
 */
#include "http_connection.h"

#include <errno.h>
#include <event2/buffer.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "command_line.h"
#include "http_tls.h"
#include "http_watch.h"
#include "log.h"
#include "metrics.h"

/*
 * Bytes that are read ahead, and as many again wait to be: into both a hundred of the
 * shortest requests go ("GET / HTTP/1.1", "Host:a").
 */
#define AHEAD 1250

/* Bytes of a body that are read at once. */
#define BODY_AHEAD 65536

/* Unread answers of one client that its next request waits for. */
#define MOST_UNSENT ((size_t) 1024 * 1024)

/* Bytes that a client reads in a second, at least. */
#define LEAST_RATE 1000

/* Seconds in which a client should close when we have. */
#define PATIENCE_AT_END 2

TAILQ_HEAD(HttpConnectionList, HttpConnection);

static struct
{
	struct event_base *base;	/* the event loop */
	const HttpHandlers *handlers;	/* who is told */
	const struct timeval *patience[HTTP_PHASES];	/* how long a phase may take; or NULL */
	struct HttpConnectionList all;	/* the idle ones last */
	unsigned int count;			/* how many there are */
	unsigned int busy;			/* how many are not idle */
}			connections = {.all = TAILQ_HEAD_INITIALIZER(connections.all)};

/* Its end was seen without reading. */
static void
on_watched_end(void *arg)
{
	HttpConnection *c = arg;

	c->ended = true;
	connections.handlers->lost(c, true);
}

/* It does not read, and its answers are too many. */
static void
on_unread(void *owner)
{
	connections.handlers->lost(owner, false);
}

/* Timers of one duration stand in one queue. */
static const struct timeval *
common(int seconds)
{
	const struct timeval duration = {seconds, 0};
	const struct timeval *same = event_base_init_common_timeout(connections.base, &duration);

	if (same == NULL)
		log_fatal("cannot make a timer");
	return same;
}

void
http_connections_open(struct event_base *base, const HttpHandlers *handlers)
{
	const struct timeval **patience = connections.patience;

	connections.base = base;
	connections.handlers = handlers;
	patience[PHASE_HANDSHAKE] = patience[PHASE_HEAD] = common(options.head_timeout);
	patience[PHASE_IDLE] = patience[PHASE_HELD] = patience[PHASE_LAST] =
		common(options.idle_timeout);
	patience[PHASE_BODY] = common(options.body_timeout);
	patience[PHASE_END] = common(PATIENCE_AT_END);
	http_watch_open(base, on_watched_end);
	http_unsent_open(base, on_unread);
}

/* ---- phases ---- */

static bool
is_busy(HttpPhase phase)
{
	return phase != PHASE_HANDSHAKE && phase != PHASE_IDLE;
}

/* Its place among the others: idle ones stand last. */
static void
place(HttpConnection *c)
{
	if (is_busy(c->phase))
		TAILQ_INSERT_HEAD(&connections.all, c, all);
	else
		TAILQ_INSERT_TAIL(&connections.all, c, all);
	connections.busy += is_busy(c->phase);
}

static void
displace(HttpConnection *c)
{
	TAILQ_REMOVE(&connections.all, c, all);
	connections.busy -= is_busy(c->phase);
}

HttpConnection *
http_connection_idle(void)
{
	HttpConnection *last = TAILQ_LAST(&connections.all, HttpConnectionList);

	return last == NULL || is_busy(last->phase) ? NULL : last;
}

unsigned int
http_connections_count(void)
{
	return connections.count;
}

unsigned int
http_connections_busy(void)
{
	return connections.busy;
}

/* Nothing more is read than is to be: of a body much, else a little. */
static void
set_ahead(HttpConnection *c, HttpPhase phase)
{
	bool		was = c->phase == PHASE_BODY;
	bool		is = phase == PHASE_BODY;

	if (was != is && c->socket != NULL)
		bufferevent_setwatermark(c->socket, EV_READ, 0, is ? BODY_AHEAD : AHEAD);
}

/* While an answer is awaited, the client's end is to be seen, even if nothing more is read. */
static void
set_watch(HttpConnection *c)
{
	bool		watched = c->phase == PHASE_ANSWER && c->socket != NULL && !c->ended &&
		evbuffer_get_length(bufferevent_get_input(c->socket)) >= AHEAD;

	if (watched == c->watched)
		return;
	c->watched = watched;
	if (watched)
		http_watch_begin(bufferevent_getfd(c->socket), c);
	else
		http_watch_end(bufferevent_getfd(c->socket));
}

void
http_connection_enter(HttpConnection *c, HttpPhase phase)
{
	const struct timeval *patience = connections.patience[phase];

	set_ahead(c, phase);
	displace(c);
	c->phase = phase;
	place(c);
	set_watch(c);
	if (c->socket == NULL)
		return;
	if ((patience != NULL ? event_add(&c->deadline, patience) : event_del(&c->deadline)) < 0)
		log_fatal("cannot set a timer");
}

void
http_connection_extend(HttpConnection *c, uint64_t ms)
{
	const struct timeval patience = {(time_t) (ms / 1000), (suseconds_t) (ms % 1000 * 1000)};

	if (event_add(&c->deadline, &patience) < 0)
		log_fatal("cannot set a timer");
}

/* ---- what happens ---- */

static void
on_input(struct bufferevent *socket, void *arg)
{
	HttpConnection *c = arg;

	(void) socket;
	set_watch(c);
	connections.handlers->input(c);
}

/* Count what is unsent anew. */
static void
recount(HttpConnection *c)
{
	http_unsent_set(&c->unsent, c->socket == NULL ? 0 :
					evbuffer_get_length(bufferevent_get_output(c->socket)));
}

/* Some of it has been written, or is to be. */
static void
on_output(struct evbuffer *output, const struct evbuffer_cb_info *change, void *arg)
{
	(void) output;
	(void) change;
	recount(arg);
}

static void
on_drained(struct bufferevent *socket, void *arg)
{
	HttpConnection *c = arg;

	(void) socket;
	recount(c);
	connections.handlers->drained(c);
}

static void
on_event(struct bufferevent *socket, short what, void *arg)
{
	HttpConnection *c = arg;

	(void) socket;
	if (what & BEV_EVENT_CONNECTED)
	{
		http_connection_enter(c, PHASE_IDLE);
		return;
	}
	c->ended = true;
	connections.handlers->lost(c, (what & BEV_EVENT_EOF) != 0);
}

static void
on_deadline(evutil_socket_t fd, short what, void *arg)
{
	(void) fd;
	(void) what;
	connections.handlers->expired(arg);
}

/* ---- bytes ---- */

/* How many bytes can be taken. */
static size_t
waiting(HttpConnection *c)
{
	struct evbuffer *input;

	if (c->socket == NULL)
		return 0;
	input = bufferevent_get_input(c->socket);
	if (c->listener->tls && evbuffer_get_length(input) == 0)
		http_tls_pull(c->socket);
	return evbuffer_get_length(input);
}

bool
http_connection_take(HttpConnection *c)
{
	size_t		taken;

	if (waiting(c) == 0)
		return false;
	buf_reserve(&c->in, AHEAD);
	taken = bufferevent_read(c->socket, c->in.data + c->in.length, AHEAD);
	c->in.length += taken;
	metrics_count(METRIC_BYTES, "received", taken);
	return taken > 0;
}

size_t
http_connection_peek(HttpConnection *c, const char **bytes)
{
	struct evbuffer_iovec first = {NULL, 0};

	if (waiting(c) == 0 ||
		evbuffer_peek(bufferevent_get_input(c->socket), -1, NULL, &first, 1) < 1)
		return 0;
	*bytes = first.iov_base;
	return first.iov_len;
}

void
http_connection_drop(HttpConnection *c, size_t length)
{
	metrics_count(METRIC_BYTES, "received", length);
	if (c->socket != NULL && evbuffer_drain(bufferevent_get_input(c->socket), length) < 0)
		log_fatal("cannot drop what was read");
}

void
http_connection_drop_all(HttpConnection *c)
{
	for (size_t length = waiting(c); length > 0; length = waiting(c))
		http_connection_drop(c, length);
}

/* Write as much as goes; how many bytes that were. */
static size_t
write_some(HttpConnection *c, const Buf *head, const char *body, size_t length)
{
	struct iovec parts[2] = {
		{.iov_base = head->data, .iov_len = head->length},
		{.iov_base = (void *) body, .iov_len = length}
	};
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = length > 0 ? 2 : 1};
	ssize_t		n = sendmsg(bufferevent_getfd(c->socket), &message, MSG_NOSIGNAL);

	if (n >= 0)
		return (size_t) n;
	c->broken = errno != EAGAIN && errno != EINTR;
	return 0;
}

/* The bytes behind the first of them. */
static void
write_later(HttpConnection *c, size_t done, const char *bytes, size_t length)
{
	if (done < length && bufferevent_write(c->socket, bytes + done, length - done) < 0)
		log_fatal("out of memory");
}

/* What is unread: with us, and with the system. */
static size_t
unread(HttpConnection *c)
{
	int			queued = 0;

	recount(c);
	if (ioctl(bufferevent_getfd(c->socket), SIOCOUTQ, &queued) < 0)
		queued = 0;
	return c->unsent.bytes + (size_t) queued;
}

void
http_connection_send(HttpConnection *c, const Buf *head, const char *body, size_t length)
{
	size_t		done = 0;

	if (c->socket == NULL || c->broken)
		return;
	metrics_count(METRIC_BYTES, "sent", head->length + length);
	/* what the system takes at once needs no buffer, and no waiting for its turn */
	if (!c->listener->tls && evbuffer_get_length(bufferevent_get_output(c->socket)) == 0)
		done = write_some(c, head, body, length);
	if (c->broken || done == head->length + length)
		return;
	write_later(c, done, head->data, head->length);
	write_later(c, done > head->length ? done - head->length : 0, body, length);
	recount(c);
	c->unread = c->unsent.bytes > 0 ? unread(c) : 0;
}

bool
http_connection_reads(HttpConnection *c)
{
	size_t		before = c->unread;

	c->unread = unread(c);
	return c->unsent.bytes > 0 &&
		c->unread + LEAST_RATE * (size_t) options.idle_timeout <= before;
}

bool
http_connection_is_backlogged(HttpConnection *c)
{
	recount(c);
	return c->unsent.bytes > MOST_UNSENT || (c->unsent.bytes > 0 && http_unsent_is_much());
}

void
http_connection_answered(HttpConnection *c, bool close)
{
	connections.handlers->answered(c, close);
}

/* ---- beginning and end ---- */

HttpConnection *
http_connection_new(const HttpListener *listener, int fd, const HttpAddress *peer)
{
	static const int on = 1;
	HttpConnection *c = must_alloc(sizeof(*c));

	memset(c, 0, sizeof(*c));
	c->listener = listener;
	c->peer = *peer;
	c->unsent.owner = c;
	/* where there is no TCP, there is nothing to be set */
	if (peer->known && setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0)
		log_line("cannot set TCP_NODELAY: %s", strerror(errno));
	c->socket = listener->tls ? http_tls_accept(connections.base, fd) :
		bufferevent_socket_new(connections.base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (c->socket == NULL ||
		evbuffer_add_cb(bufferevent_get_output(c->socket), on_output, c) == NULL ||
		event_assign(&c->deadline, connections.base, -1, 0, on_deadline, c) < 0)
		log_fatal("out of memory");
	bufferevent_setcb(c->socket, on_input, on_drained, on_event, c);
	bufferevent_setwatermark(c->socket, EV_READ, 0, AHEAD);
	c->phase = listener->tls ? PHASE_HANDSHAKE : PHASE_IDLE;
	connections.count++;
	place(c);
	http_connection_enter(c, c->phase);
	if (bufferevent_enable(c->socket, EV_READ | EV_WRITE) < 0)
		log_fatal("cannot watch a socket");
	return c;
}

void
http_connection_shut(HttpConnection *c)
{
	if (c->listener->tls)
		http_tls_shut(c->socket);
	if (shutdown(bufferevent_getfd(c->socket), SHUT_WR) < 0)
		c->broken = true;
}

void
http_connection_close(HttpConnection *c)
{
	if (c->socket == NULL)
		return;
	if (event_del(&c->deadline) < 0)
		log_fatal("cannot stop a timer");
	if (c->watched)
		http_watch_end(bufferevent_getfd(c->socket));
	c->watched = false;
	if (c->listener->tls && !c->broken)
		http_tls_shut(c->socket);
	bufferevent_free(c->socket);
	c->socket = NULL;
	recount(c);
}

void
http_connection_free(HttpConnection *c)
{
	http_connection_close(c);
	displace(c);
	connections.count--;
	buf_free(&c->in);
	free(c);
}
