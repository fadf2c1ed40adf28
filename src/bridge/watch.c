/*
 * watch.c
 *		The event loop's side of a connection: its socket and its time limit.
 *
 * Entry points: watch_open, watch_socket, watch_for, watch_quietly,
 * watch_deadline, watch_end.
 */
#include "watch.h"

#include "log.h"

static struct event_base *event_base;
static event_callback_fn event_handler;
static event_callback_fn deadline_handler;

void
watch_open(struct event_base *base, event_callback_fn on_event, event_callback_fn on_deadline)
{
	event_base = base;
	event_handler = on_event;
	deadline_handler = on_deadline;
}

static void
forget(struct event **event)
{
	if (*event != NULL)
		event_free(*event);
	*event = NULL;
}

void
watch_socket(Watch *watch, PGconn *pg, bool persist)
{
	int			fd = PQsocket(pg);

	forget(&watch->readable);
	forget(&watch->writable);
	watch->readable = event_new(event_base, fd, (short) (EV_READ | (persist ? EV_PERSIST : 0)),
								event_handler, watch->owner);
	watch->writable = event_new(event_base, fd, EV_WRITE, event_handler, watch->owner);
	if (watch->readable == NULL || watch->writable == NULL)
		log_fatal("cannot watch a connection");
}

/*
 * A TLS library may hold back bytes that it has read already, which the socket
 * cannot tell: look again after a while.
 */
void
watch_for(Watch *watch, PGconn *pg, short what)
{
	static const struct timeval look_again = {0, 20000};

	if ((what & EV_READ) &&
		event_add(watch->readable, PQsslInUse(pg) ? &look_again : NULL) < 0)
		log_fatal("cannot watch a connection");
	if ((what & EV_WRITE) && event_add(watch->writable, NULL) < 0)
		log_fatal("cannot watch a connection");
}

void
watch_quietly(Watch *watch, PGconn *pg)
{
	if (PQsslInUse(pg) && event_remove_timer(watch->readable) < 0)
		log_fatal("cannot watch a connection");
}

void
watch_deadline(Watch *watch, int seconds)
{
	const struct timeval left = {seconds, 0};

	if (watch->deadline == NULL)
		watch->deadline = evtimer_new(event_base, deadline_handler, watch->owner);
	if (watch->deadline == NULL ||
		(seconds > 0 ? event_add(watch->deadline, &left) : event_del(watch->deadline)) < 0)
		log_fatal("cannot set a timer");
}

void
watch_end(Watch *watch)
{
	forget(&watch->readable);
	forget(&watch->writable);
	forget(&watch->deadline);
}
