/*
 * lines.c
 *		Lines in and out on a pair of file descriptors: most of a transport.
 *
 * A client that does not read its answers is told of (backlogged), so that its
 * session stops the reading of its requests, and memory stays bounded.
 *
 * Entry points: lines_open, lines_send, lines_is_drained, lines_hold,
 * lines_release, lines_close.
 */
#include "lines.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "metrics.h"

/* One read; also the capacity that the buffers keep at rest. */
#define CHUNK ((size_t) 64 * 1024)

/* Unwritten output that stops the input, and that lets it go on. */
#define BACKLOG_HIGH ((size_t) 1024 * 1024)
#define BACKLOG_LOW ((size_t) 64 * 1024)

/* A transport stands first in its lines. */
static Lines *
lines_of(Transport *transport)
{
	return (Lines *) transport;
}

/*
 * Hand on a line.  Some clients put a byte order mark before the first one, which
 * may be ignored (RFC 8259, section 8.1).
 */
static void
hand_on(Lines *lines, const char *line, size_t length)
{
	static const char mark[] = "\xEF\xBB\xBF";
	size_t		marked = 0;

	if (!lines->begun && length >= 3 && memcmp(line, mark, 3) == 0)
		marked = 3;
	lines->begun = true;
	lines->transport.handlers->line(lines->transport.session, line + marked, length - marked);
}

/* Hand on the whole lines that are there. */
static void
hand_on_lines(Lines *lines)
{
	size_t		start = 0;

	while (!lines->held)
	{
		char	   *newline = NULL;

		if (lines->searched < lines->in.length)
			newline = memchr(lines->in.data + lines->searched, '\n',
							 lines->in.length - lines->searched);
		if (newline == NULL)
		{
			lines->searched = lines->in.length;
			break;
		}
		lines->searched = (size_t) (newline - lines->in.data) + 1;
		if (lines->skipping)
			lines->skipping = false;
		else if (lines->searched - 1 - start > LINE_LIMIT)
			lines->transport.handlers->too_long(lines->transport.session);
		else
			hand_on(lines, lines->in.data + start, lines->searched - 1 - start);
		start = lines->searched;
	}
	if (start > 0)
	{
		buf_consume(&lines->in, start);
		lines->searched -= start;
	}
	if (!lines->held)
	{
		if (lines->in.length > LINE_LIMIT && !lines->skipping)
		{
			lines->skipping = true;
			lines->transport.handlers->too_long(lines->transport.session);
		}
		if (lines->skipping)
			lines->in.length = lines->searched = 0;
	}
	if (lines->in.length < CHUNK)
		buf_shrink(&lines->in, CHUNK);
}

/*
 * Hand on what is there; at the end of the input, what stands after the last
 * newline is a line too.
 */
static void
go_on(Lines *lines)
{
	if (lines->ended)
		return;
	hand_on_lines(lines);
	if (!lines->at_end || lines->held || lines->ended)
		return;
	if (lines->in.length > 0 && !lines->skipping)
		hand_on(lines, lines->in.data, lines->in.length);
	lines->ended = true;
	lines->transport.handlers->end(lines->transport.session);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	Lines	   *lines = arg;
	ssize_t		n;

	(void) what;
	if (lines->ended || lines->at_end)
		return;
	buf_reserve(&lines->in, lines->in.length + 1 < CHUNK ? CHUNK - lines->in.length : CHUNK);
	n = read(fd, lines->in.data + lines->in.length, lines->in.capacity - lines->in.length);
	if (n > 0)
	{
		lines->in.length += (size_t) n;
		metrics_count(METRIC_BYTES, "received", (uint64_t) n);
		go_on(lines);
	}
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
	{
		if (n < 0)
			log_line("cannot read %s: %s", lines->in_name, strerror(errno));
		lines->at_end = true;
		if (event_del(lines->readable) < 0)
			log_fatal("cannot stop watching %s", lines->in_name);
		go_on(lines);
	}
}

/* Output cannot be written any more; what is left of it is forgotten. */
static void
break_output(Lines *lines)
{
	static const struct timeval at_once = {0, 0};

	if (lines->out_is_all)
		log_fatal("cannot write to %s: %s", lines->out_name, strerror(errno));
	log_line("cannot write to %s: %s", lines->out_name, strerror(errno));
	lines->broken = true;
	buf_free(&lines->out);
	lines->written = 0;
	if (event_del(lines->writable) < 0 || event_add(lines->soon, &at_once) < 0)
		log_fatal("cannot stop watching %s", lines->out_name);
}

/* Write as much as goes; returns the number of bytes. */
static size_t
write_some(Lines *lines, const char *data, size_t length)
{
	size_t		done = 0;

	while (done < length)
	{
		ssize_t		n = write(lines->out_fd, data + done, length - done);

		if (n > 0)
			done += (size_t) n;
		else if (n == 0 || errno == EAGAIN)
			break;
		else if (errno != EINTR)
		{
			break_output(lines);
			break;
		}
	}
	metrics_count(METRIC_BYTES, "sent", done);
	return done;
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	Lines	   *lines = arg;
	size_t		done = write_some(lines, lines->out.data + lines->written,
								  lines->out.length - lines->written);

	(void) fd;
	(void) what;
	if (lines->broken)
		return;
	lines->written += done;
	if (lines->written == lines->out.length)
	{
		lines->written = lines->out.length = 0;
		buf_shrink(&lines->out, CHUNK);
		if (event_del(lines->writable) < 0)
			log_fatal("cannot stop watching %s", lines->out_name);
	}
	if (lines->out.length - lines->written <= BACKLOG_LOW)
	{
		lines->backlogged = false;
		lines->transport.handlers->drained(lines->transport.session);
	}
}

void
lines_send(Transport *transport, const Buf *message)
{
	Lines	   *lines = lines_of(transport);
	size_t		done = 0;

	if (lines->broken)
		return;
	if (lines->out.length == 0)
		done = write_some(lines, message->data, message->length);
	if (lines->broken || done == message->length)
		return;
	if (lines->out.length == 0 && event_add(lines->writable, NULL) < 0)
		log_fatal("cannot watch %s", lines->out_name);
	if (lines->written > lines->out.length / 2)
	{
		buf_consume(&lines->out, lines->written);
		lines->written = 0;
	}
	buf_put(&lines->out, message->data + done, message->length - done);
	if (lines->out.length - lines->written > BACKLOG_HIGH && !lines->backlogged)
	{
		lines->backlogged = true;
		transport->handlers->backlogged(transport->session);
	}
}

bool
lines_is_drained(const Transport *transport)
{
	return ((const Lines *) transport)->out.length == 0;
}

void
lines_hold(Transport *transport)
{
	Lines	   *lines = lines_of(transport);

	if (!lines->held && !lines->at_end && event_del(lines->readable) < 0)
		log_fatal("cannot stop watching %s", lines->in_name);
	lines->held = true;
}

/* Lines that are already here are handed on, but not from within a function. */
static void
on_soon(evutil_socket_t fd, short what, void *arg)
{
	Lines	   *lines = arg;

	(void) fd;
	(void) what;
	if (lines->broken && !lines->told)
	{
		lines->told = true;
		lines->transport.handlers->gone(lines->transport.session);
	}
	go_on(lines);
}

void
lines_release(Transport *transport)
{
	static const struct timeval at_once = {0, 0};
	Lines	   *lines = lines_of(transport);

	if (!lines->held)
		return;
	lines->held = false;
	if ((!lines->at_end && event_add(lines->readable, NULL) < 0) ||
		event_add(lines->soon, &at_once) < 0)
		log_fatal("cannot watch %s", lines->in_name);
}

void
lines_open(Lines *lines, struct event_base *base, int in_fd, int out_fd)
{
	lines->out_fd = out_fd;
	lines->readable = event_new(base, in_fd, EV_READ | EV_PERSIST, on_readable, lines);
	lines->writable = event_new(base, out_fd, EV_WRITE | EV_PERSIST, on_writable, lines);
	lines->soon = evtimer_new(base, on_soon, lines);
	if (lines->readable == NULL || lines->writable == NULL || lines->soon == NULL ||
		event_add(lines->readable, NULL) < 0)
		log_fatal("cannot watch %s", lines->in_name);
}

void
lines_close(Lines *lines)
{
	event_free(lines->readable);
	event_free(lines->writable);
	event_free(lines->soon);
	buf_free(&lines->in);
	buf_free(&lines->out);
}
