/*
 * lines.c
 *		Lines in on standard input, lines out on standard output.
 *
 * Both are made non-blocking for the time of the process; a client that does
 * not read its answers stops the reading of its requests, so that memory stays
 * bounded.
 *
 * Entry points: lines_open, lines_send, lines_drained, lines_backlogged,
 * lines_hold, lines_release, lines_stop_reading.
 */
#include "lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

/* One read; also the capacity that the buffers keep at rest. */
#define CHUNK ((size_t) 64 * 1024)

/* Unwritten output that stops the input, and that lets it go on. */
#define BACKLOG_HIGH ((size_t) 1024 * 1024)
#define BACKLOG_LOW ((size_t) 64 * 1024)

static struct
{
	LinesHandlers handlers;		/* whom lines are handed to */
	struct event *readable;		/* standard input has something */
	struct event *writable;		/* standard output takes something */
	Buf			in;				/* input that is not handed on yet */
	size_t		searched;		/* bytes of it known to hold no newline */
	bool		skipping;		/* within a line that is too long */
	bool		begun;			/* the first line was seen */
	bool		at_end;			/* the end of the input was seen */
	bool		ended;			/* no more input is handed on */
	int			holds;			/* LinesHold bits */
	Buf			out;			/* output that is not all written yet */
	size_t		written;		/* bytes of it that are */
	int			in_flags;		/* file status flags as found */
	int			out_flags;
}			lines;

static void
make_nonblocking(int fd, int *flags)
{
	*flags = fcntl(fd, F_GETFL);
	if (*flags < 0 || fcntl(fd, F_SETFL, *flags | O_NONBLOCK) < 0)
		log_fatal("cannot use file descriptor %d: %s", fd, strerror(errno));
}

/* The flags belong to the open file, which others may go on using. */
static void
restore_flags(void)
{
	if (fcntl(STDIN_FILENO, F_SETFL, lines.in_flags) < 0 ||
		fcntl(STDOUT_FILENO, F_SETFL, lines.out_flags) < 0)
		return;					/* closed by now: nothing to restore */
}

/*
 * Hand on a line.  Some clients put a byte order mark before the first one, which
 * may be ignored (RFC 8259, section 8.1).
 */
static void
hand_on(const char *line, size_t length)
{
	static const char mark[] = "\xEF\xBB\xBF";
	size_t		marked = 0;

	if (!lines.begun && length >= 3 && memcmp(line, mark, 3) == 0)
		marked = 3;
	lines.begun = true;
	lines.handlers.line(line + marked, length - marked);
}

/* Hand on the whole lines that are there. */
static void
hand_on_lines(void)
{
	size_t		start = 0;

	while (lines.holds == 0)
	{
		char	   *newline = NULL;

		if (lines.searched < lines.in.length)
			newline = memchr(lines.in.data + lines.searched, '\n',
							 lines.in.length - lines.searched);
		if (newline == NULL)
		{
			lines.searched = lines.in.length;
			break;
		}
		lines.searched = (size_t) (newline - lines.in.data) + 1;
		if (lines.skipping)
			lines.skipping = false;
		else if (lines.searched - 1 - start > LINE_LIMIT)
			lines.handlers.too_long();
		else
			hand_on(lines.in.data + start, lines.searched - 1 - start);
		start = lines.searched;
	}
	if (start > 0)
	{
		buf_consume(&lines.in, start);
		lines.searched -= start;
	}
	if (lines.holds == 0)
	{
		if (lines.in.length > LINE_LIMIT && !lines.skipping)
		{
			lines.skipping = true;
			lines.handlers.too_long();
		}
		if (lines.skipping)
			lines.in.length = lines.searched = 0;
	}
	if (lines.in.length < CHUNK)
		buf_shrink(&lines.in, CHUNK);
}

/*
 * Hand on what is there; at the end of the input, what stands after the last
 * newline is a line too.
 */
static void
go_on(void)
{
	if (lines.ended)
		return;
	hand_on_lines();
	if (!lines.at_end || lines.holds != 0 || lines.ended)
		return;
	if (lines.in.length > 0 && !lines.skipping)
		hand_on(lines.in.data, lines.in.length);
	lines_stop_reading();
	lines.handlers.end();
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	ssize_t		n;

	(void) what;
	(void) arg;
	if (lines.ended || lines.at_end)
		return;
	buf_reserve(&lines.in, lines.in.length + 1 < CHUNK ? CHUNK - lines.in.length : CHUNK);
	n = read(fd, lines.in.data + lines.in.length, lines.in.capacity - lines.in.length);
	if (n > 0)
	{
		lines.in.length += (size_t) n;
		go_on();
	}
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
	{
		if (n < 0)
			log_line("cannot read standard input: %s", strerror(errno));
		lines.at_end = true;
		if (event_del(lines.readable) < 0)
			log_fatal("cannot stop watching standard input");
		go_on();
	}
}

/* Write as much as goes; returns the number of bytes. */
static size_t
write_some(const char *data, size_t length)
{
	size_t		done = 0;

	while (done < length)
	{
		ssize_t		n = write(STDOUT_FILENO, data + done, length - done);

		if (n > 0)
			done += (size_t) n;
		else if (n == 0 || errno == EAGAIN)
			break;
		else if (errno != EINTR)
			log_fatal("cannot write to standard output: %s", strerror(errno));
	}
	return done;
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void) fd;
	(void) what;
	(void) arg;
	lines.written += write_some(lines.out.data + lines.written,
								lines.out.length - lines.written);
	if (lines.written == lines.out.length)
	{
		lines.written = lines.out.length = 0;
		buf_shrink(&lines.out, CHUNK);
		if (event_del(lines.writable) < 0)
			log_fatal("cannot stop watching standard output");
	}
	if (lines.out.length - lines.written <= BACKLOG_LOW)
	{
		lines_release(HOLD_OUTPUT);
		lines.handlers.drained();
	}
}

void
lines_send(const Buf *message)
{
	size_t		done = 0;

	if (lines.out.length == 0)
		done = write_some(message->data, message->length);
	if (done == message->length)
		return;
	if (lines.out.length == 0 && event_add(lines.writable, NULL) < 0)
		log_fatal("cannot watch standard output");
	if (lines.written > lines.out.length / 2)
	{
		buf_consume(&lines.out, lines.written);
		lines.written = 0;
	}
	buf_put(&lines.out, message->data + done, message->length - done);
	if (lines.out.length - lines.written > BACKLOG_HIGH)
		lines_hold(HOLD_OUTPUT);
}

bool
lines_drained(void)
{
	return lines.out.length == 0;
}

bool
lines_backlogged(void)
{
	return (lines.holds & HOLD_OUTPUT) != 0;
}

void
lines_hold(LinesHold who)
{
	if (lines.holds == 0 && !lines.ended && !lines.at_end && event_del(lines.readable) < 0)
		log_fatal("cannot stop watching standard input");
	lines.holds |= who;
}

/* Lines that are already here are handed on, but not from within a handler. */
static void
on_released(evutil_socket_t fd, short what, void *arg)
{
	(void) fd;
	(void) what;
	(void) arg;
	go_on();
}

void
lines_release(LinesHold who)
{
	static const struct timeval at_once = {0, 0};

	if ((lines.holds & who) == 0)
		return;
	lines.holds &= ~(int) who;
	if (lines.holds != 0 || lines.ended)
		return;
	if ((!lines.at_end && event_add(lines.readable, NULL) < 0) ||
		event_base_once(event_get_base(lines.readable), -1, EV_TIMEOUT, on_released, NULL,
						&at_once) < 0)
		log_fatal("cannot watch standard input");
}

void
lines_stop_reading(void)
{
	if (lines.ended)
		return;
	lines.ended = true;
	if (lines.holds == 0 && !lines.at_end && event_del(lines.readable) < 0)
		log_fatal("cannot stop watching standard input");
}

void
lines_open(struct event_base *base, const LinesHandlers *handlers)
{
	lines.handlers = *handlers;
	make_nonblocking(STDIN_FILENO, &lines.in_flags);
	make_nonblocking(STDOUT_FILENO, &lines.out_flags);
	if (atexit(restore_flags) != 0)
		log_fatal("cannot register an exit handler");
	lines.readable = event_new(base, STDIN_FILENO, EV_READ | EV_PERSIST, on_readable, NULL);
	lines.writable = event_new(base, STDOUT_FILENO, EV_WRITE | EV_PERSIST, on_writable, NULL);
	if (lines.readable == NULL || lines.writable == NULL ||
		event_add(lines.readable, NULL) < 0)
		log_fatal("cannot watch standard input");
}
