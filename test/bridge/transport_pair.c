/*
 * transport_pair.c
 *		A transport on one end of a socket pair, for tests.
 *
 * Its client may go without an end of the process: output that cannot be written
 * ends its session alone.
 */
#include "transport_pair.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lines.h"
#include "log.h"

typedef struct Pair
{
	Lines		lines;			/* most of it; stands first */
	int			fd;				/* the socket */
	bool	   *closed;			/* is told of the end */
} Pair;

static void
pair_close(Transport *transport)
{
	Pair	   *pair = (Pair *) transport;

	lines_close(&pair->lines);
	(void) close(pair->fd);
	*pair->closed = true;
	free(pair);
}

Transport *
transport_pair_open(struct event_base *base, int fd, bool *closed)
{
	static const TransportKind kind = {
		lines_send, lines_is_drained, lines_hold, lines_release, pair_close
	};
	Pair	   *pair = must_alloc(sizeof(*pair));

	memset(pair, 0, sizeof(*pair));
	pair->fd = fd;
	pair->closed = closed;
	pair->lines.transport.kind = &kind;
	pair->lines.in_name = pair->lines.out_name = "a socket";
	if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		log_fatal("cannot use a socket");
	lines_open(&pair->lines, base, fd, fd);
	return &pair->lines.transport;
}
