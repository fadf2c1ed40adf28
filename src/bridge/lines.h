/*
 * lines.h
 *		Lines in and out on a pair of file descriptors: most of a transport.
 *
 * A kind of transport puts these functions into its table and keeps a Lines first
 * in what it has (see transport_stdio.c).
 */
#ifndef BRIDGE_LINES_H
#define BRIDGE_LINES_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "transport.h"

typedef struct Lines
{
	Transport	transport;		/* what it is to its session */
	const char *in_name;		/* what the log calls the input */
	const char *out_name;		/* and the output */
	bool		out_is_all;		/* where output cannot be written, the process ends */
	int			out_fd;			/* where output goes */
	struct event *readable;		/* the input has something */
	struct event *writable;		/* the output takes something */
	struct event *soon;			/* there is something to hand on, but not from within a function */
	Buf			in;				/* input that is not handed on yet */
	size_t		searched;		/* bytes of it known to hold no newline */
	bool		skipping;		/* within a line that is too long */
	bool		begun;			/* the first line was seen */
	bool		at_end;			/* the end of the input was seen */
	bool		ended;			/* it was told */
	bool		held;			/* no lines are handed on now */
	bool		backlogged;		/* the client does not read what it is sent */
	bool		broken;			/* output cannot be written any more */
	bool		told;			/* and the session knows */
	Buf			out;			/* output that is not all written yet */
	size_t		written;		/* bytes of it that are */
} Lines;

/* Begin to read.  Both descriptors are non-blocking; they stay the caller's. */
extern void lines_open(Lines *lines, struct event_base *base, int in_fd, int out_fd);

/* For the table of a kind of transport whose Transport is that of a Lines. */
extern void lines_send(Transport *transport, const Buf *message);
extern bool lines_is_drained(const Transport *transport);
extern void lines_hold(Transport *transport);
extern void lines_release(Transport *transport);

/* Let go of what lines_open made. */
extern void lines_close(Lines *lines);

#endif							/* BRIDGE_LINES_H */
