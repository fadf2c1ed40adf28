/*
 * listening.c
 *		A connection of its own that hears what writers notify.
 *
 * Through a pooler nothing is heard: the connection first asks something of the
 * extension's, whose answer tells whether the server itself is at the other end
 * (queries.h).  What is notified before it listens, or after it was lost, nobody
 * tells: whoever wants to know looks for himself at these moments.
 *
 * Entry points: listening_open, listening_want, listening_is_on.
 */
#include "listening.h"

#include <stdlib.h>

#include "connection.h"
#include "log.h"

/* What writers notify on, and what we are called there. */
#define CHANNEL "scimver"
#define APPLICATION "scimver-mcp"

/* Seconds between attempts that fail. */
#define REST_FIRST 1
#define REST_LONGEST 300

typedef enum Step
{
	STEP_NONE,					/* there is no connection */
	STEP_OPENING,				/* it is being opened */
	STEP_LOOKING,				/* it finds out what is at the other end */
	STEP_LOOKED,				/* that is the server */
	STEP_ASKING,				/* it asks for the channel */
	STEP_ON,					/* it listens */
	STEP_FAILED					/* it is of no use */
} Step;

static struct
{
	const ListeningHandlers *handlers;	/* who is told */
	Connection	connection;		/* what it is */
	Lane		lane;			/* whose requests are told of in the log here */
	Request    *request;		/* what is under way, or NULL */
	bool		wanted;			/* somebody wants to hear */
	bool		announced;		/* handlers know that it listens */
	Step		step;			/* how far it is */
	struct event *retry;		/* time for another attempt */
	int			rest;			/* seconds to the next one after this */
	bool		told;			/* since it last listened, the log has been told of a failure */
}			listening;

static void
begin(void)
{
	listening.step = STEP_OPENING;
	connection_start(&listening.connection, APPLICATION);
}

/* It does not listen, or not any more: try again after a while. */
static void
give_up(const char *reason)
{
	const struct timeval delay = {listening.rest, 0};

	listening.step = STEP_NONE;
	if (!listening.told)
		log_line("notifications are not listened to: %s", reason);
	listening.told = true;
	if (event_add(listening.retry, &delay) < 0)
		log_fatal("cannot set a timer");
	listening.rest = listening.rest * 2 < REST_LONGEST ? listening.rest * 2 : REST_LONGEST;
	if (listening.announced)
	{
		listening.announced = false;
		listening.handlers->changed();
	}
}

/* ---- its requests ---- */

static void
take(RequestKind kind, const char *text, RequestDone done, Step step)
{
	const RequestText all = {.tool = text, .agent = ""};

	listening.step = step;
	listening.request = request_new(sizeof(Request), kind, &all, &listening.lane, done);
	connection_take(&listening.connection, listening.request);
}

static void
looked(Request *request, const Outcome *outcome)
{
	listening.request = NULL;
	listening.step = outcome->answered && listening.connection.queries.direct ? STEP_LOOKED :
		STEP_FAILED;
	free(request);
}

static void
asked(Request *request, const Outcome *outcome)
{
	listening.request = NULL;
	listening.step = outcome->answered ? STEP_ON : STEP_FAILED;
	free(request);
}

/* ---- its connection ---- */

static void
listen_on(void)
{
	listening.announced = true;
	listening.rest = REST_FIRST;
	if (listening.told)
		log_line("notifications are listened to");
	listening.told = false;
	listening.handlers->changed();
}

static void
on_ready(Connection *c)
{
	if (c->state == CONNECTION_CLOSED && listening.step == STEP_OPENING)
		begin();				/* another attempt may come at once */
	else if (c->state == CONNECTION_CLOSED)
		give_up("the connection was closed");
	else if (c->state != CONNECTION_IDLE || c->cancelling)
		return;
	else if (listening.step == STEP_OPENING)
		take(REQUEST_CHANGES, NULL, looked, STEP_LOOKING);
	else if (listening.step == STEP_LOOKED)
		take(REQUEST_LISTEN, CHANNEL, asked, STEP_ASKING);
	else if (listening.step == STEP_FAILED)
	{
		connection_close(c);
		give_up("a pooler or a standby is at the other end, or the database refuses it");
	}
	else if (listening.step == STEP_ON && !listening.announced)
		listen_on();
}

static void
on_refused(Connection *c, OwnError error, const char *reason)
{
	(void) c;
	(void) error;
	give_up(reason);
}

static void
on_gone(Connection *c)
{
	(void) c;
	give_up("the connection was lost");
}

static void
on_notified(Connection *c, const PGnotify *notification)
{
	(void) c;
	(void) notification;
	listening.handlers->heard();
}

static void
on_retry(evutil_socket_t fd, short what, void *arg)
{
	(void) fd;
	(void) what;
	(void) arg;
	begin();
}

/* ---- who wants it ---- */

static void
stop(void)
{
	if (listening.step != STEP_NONE)
		connection_close(&listening.connection);
	free(listening.request);
	listening.request = NULL;
	listening.step = STEP_NONE;
	listening.announced = false;
	if (event_del(listening.retry) < 0)
		log_fatal("cannot stop a timer");
}

void
listening_want(bool wanted)
{
	if (wanted == listening.wanted)
		return;
	listening.wanted = wanted;
	listening.rest = REST_FIRST;
	if (wanted)
		begin();
	else
		stop();
}

bool
listening_is_on(void)
{
	return listening.announced;
}

void
listening_open(struct event_base *base, const ListeningHandlers *handlers)
{
	static const ConnectionHandlers all = {on_ready, on_refused, on_gone, on_gone, on_notified};

	listening.handlers = handlers;
	connection_init(&listening.connection, &all);
	lane_init(&listening.lane);
	listening.lane.quiet = true;
	listening.retry = evtimer_new(base, on_retry, NULL);
	if (listening.retry == NULL)
		log_fatal("cannot make a timer");
}
