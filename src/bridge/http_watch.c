/*
 * http_watch.c
 *		The end of connections that are not read from.
 *
 * libevent's EV_CLOSED would see a client that closes, but not one that is reset: that
 * it tells as EV_READ and EV_WRITE, again and again, to nobody.  So these sockets
 * stand in a set of their own (epoll), which the event loop watches.
 *
 * Entry points: http_watch_open, http_watch_begin, http_watch_end.
 */
#include "http_watch.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "log.h"

/* So many are told of before others have their turn. */
#define AT_ONCE 16

static int	set = -1;
static void (*on_end) (void *arg);

/* One by one: whoever is told may end the watch on others. */
static void
on_ends(evutil_socket_t fd, short what, void *arg)
{
	struct epoll_event ended;

	(void) what;
	(void) arg;
	for (int i = 0; i < AT_ONCE && epoll_wait(fd, &ended, 1, 0) == 1; i++)
		on_end(ended.data.ptr);
}

void
http_watch_open(struct event_base *base, void (*ended) (void *arg))
{
	struct event *some;

	on_end = ended;
	set = epoll_create1(EPOLL_CLOEXEC);
	some = set < 0 ? NULL : event_new(base, set, EV_READ | EV_PERSIST, on_ends, NULL);
	if (some == NULL || event_add(some, NULL) < 0)
		log_fatal("cannot watch sockets: %s", strerror(errno));
}

void
http_watch_begin(int fd, void *arg)
{
	struct epoll_event wanted = {.events = EPOLLRDHUP | EPOLLONESHOT};

	wanted.data.ptr = arg;
	if (epoll_ctl(set, EPOLL_CTL_ADD, fd, &wanted) < 0)
		log_fatal("cannot watch a socket: %s", strerror(errno));
}

void
http_watch_end(int fd)
{
	if (epoll_ctl(set, EPOLL_CTL_DEL, fd, NULL) < 0)
		log_fatal("cannot stop watching a socket: %s", strerror(errno));
}
