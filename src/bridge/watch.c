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
watch_socket(Connection *c, bool persist)
{
	int			fd = PQsocket(c->pg);

	forget(&c->readable);
	forget(&c->writable);
	c->readable = event_new(event_base, fd, (short) (EV_READ | (persist ? EV_PERSIST : 0)),
							event_handler, c);
	c->writable = event_new(event_base, fd, EV_WRITE, event_handler, c);
	if (c->readable == NULL || c->writable == NULL)
		log_fatal("cannot watch a connection");
}

/*
 * A TLS library may hold back bytes that it has read already, which the socket
 * cannot tell: look again after a while.
 */
void
watch_for(Connection *c, short what)
{
	static const struct timeval look_again = {0, 20000};
	bool		encrypted = PQsslInUse(c->pg) && c->state != CONNECTION_IDLE;

	if ((what & EV_READ) && event_add(c->readable, encrypted ? &look_again : NULL) < 0)
		log_fatal("cannot watch a connection");
	if ((what & EV_WRITE) && event_add(c->writable, NULL) < 0)
		log_fatal("cannot watch a connection");
}

void
watch_quietly(Connection *c)
{
	if (PQsslInUse(c->pg) && event_remove_timer(c->readable) < 0)
		log_fatal("cannot watch a connection");
}

void
watch_deadline(Connection *c, int seconds)
{
	const struct timeval left = {seconds, 0};

	if (c->deadline == NULL)
		c->deadline = evtimer_new(event_base, deadline_handler, c);
	if (c->deadline == NULL ||
		(seconds > 0 ? event_add(c->deadline, &left) : event_del(c->deadline)) < 0)
		log_fatal("cannot set a timer");
}

void
watch_end(Connection *c)
{
	forget(&c->readable);
	forget(&c->writable);
	forget(&c->deadline);
}
