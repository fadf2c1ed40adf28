/*
 * transport_stdio.c
 *		The transport of the one client that started the process: standard input and
 *		output.
 *
 * Both are made non-blocking for the time of the process.
 *
 * Entry point: transport_stdio_open.
 */
#include "transport_stdio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lines.h"
#include "log.h"

static int	in_flags;			/* file status flags as found */
static int	out_flags;

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
	if (fcntl(STDIN_FILENO, F_SETFL, in_flags) < 0 ||
		fcntl(STDOUT_FILENO, F_SETFL, out_flags) < 0)
		return;					/* closed by now: nothing to restore */
}

static void
stdio_close(Transport *transport)
{
	Lines	   *lines = (Lines *) transport;

	lines_close(lines);
	free(lines);
}

Transport *
transport_stdio_open(struct event_base *base)
{
	static const TransportKind kind = {
		lines_send, lines_is_drained, lines_hold, lines_release, stdio_close
	};
	Lines	   *lines = must_alloc(sizeof(*lines));

	make_nonblocking(STDIN_FILENO, &in_flags);
	make_nonblocking(STDOUT_FILENO, &out_flags);
	if (atexit(restore_flags) != 0)
		log_fatal("cannot register an exit handler");
	memset(lines, 0, sizeof(*lines));
	lines->transport.kind = &kind;
	lines->in_name = "standard input";
	lines->out_name = "standard output";
	lines->out_is_all = true;
	lines_open(lines, base, STDIN_FILENO, STDOUT_FILENO);
	return &lines->transport;
}
