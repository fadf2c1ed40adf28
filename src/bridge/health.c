/*
 * health.c
 *		Is the process there, and can it serve?
 *
 * /healthz asks nobody.  /readyz asks the database a question of its own, one for all who
 * want to know meanwhile, and believes the answer for a moment: so who asks often asks the
 * database seldom.
 *
 * Entry points: health_open, health_handle, ready_handle.
 */
#include "health.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "clock.h"
#include "http_text.h"
#include "log.h"
#include "pool.h"
#include "queries.h"

/* How long an answer of the database's is believed, in milliseconds. */
#define BELIEVED_MS 1000

/* And how long one is waited for, in seconds: all connections may be busy. */
#define PATIENCE 5

/* Who waits to be told. */
typedef struct Waiting
{
	TAILQ_ENTRY(Waiting) all;
	HttpExchange *exchange;
} Waiting;

static struct
{
	Lane		lane;			/* the place in the pool: it holds no client's */
	bool		asking;			/* a request has not come back */
	uint64_t	answered;		/* when the database said that all is well, by clock_ms; or 0 */
	struct event *patience;		/* it does not come back */
				TAILQ_HEAD(, Waiting) waiting;	/* who is told then */
}			ready = {.waiting = TAILQ_HEAD_INITIALIZER(ready.waiting)};

static void
tell(HttpExchange *exchange, int status, const char *text)
{
	http_text_answer(exchange, status, "text/plain; charset=utf-8", text, strlen(text));
}

void
health_handle(HttpExchange *exchange)
{
	tell(exchange, 200, "ok\n");
}

static void
tell_ready(HttpExchange *exchange, bool answered)
{
	if (http_is_finishing())
		tell(exchange, 503, "not ready: the process is to end\n");
	else if (answered)
		tell(exchange, 200, "ok\n");
	else
		tell(exchange, 503, "not ready: the database does not answer\n");
}

static void
tell_waiting(bool answered)
{
	Waiting    *waiting;

	(void) event_del(ready.patience);
	while ((waiting = TAILQ_FIRST(&ready.waiting)) != NULL)
	{
		TAILQ_REMOVE(&ready.waiting, waiting, all);
		tell_ready(waiting->exchange, answered);
		free(waiting);
	}
}

static void
on_impatience(evutil_socket_t fd, short what, void *arg)
{
	(void) fd;
	(void) what;
	(void) arg;
	tell_waiting(false);
}

static void
asked(Request *request, const Outcome *outcome)
{
	bool		well = outcome->answered && outcome->value != NULL &&
		strcmp(outcome->value, READY) == 0;

	ready.asking = false;
	ready.answered = well ? clock_ms() : 0;
	free(request);
	tell_waiting(well);
}

/* Who has to wait makes the pool open a connection, if there is none. */
static void
ask(void)
{
	static const RequestText text = {.tool = "", .agent = ""};

	if (ready.asking)
		return;
	ready.asking = true;
	pool_submit(request_new(sizeof(Request), REQUEST_READY, &text, &ready.lane, asked));
}

void
ready_handle(HttpExchange *exchange)
{
	static const struct timeval seconds = {PATIENCE, 0};
	bool		believed = ready.answered > 0 && !pool_is_cut_off() &&
		clock_ms() - ready.answered <= BELIEVED_MS;
	Waiting    *waiting;

	if (http_is_finishing() || believed)
	{
		tell_ready(exchange, true);
		return;
	}
	waiting = must_alloc(sizeof(*waiting));
	waiting->exchange = exchange;
	TAILQ_INSERT_TAIL(&ready.waiting, waiting, all);
	if (!evtimer_pending(ready.patience, NULL) && event_add(ready.patience, &seconds) < 0)
		log_fatal("cannot set a timer");
	ask();
}

void
health_open(struct event_base *base)
{
	lane_init(&ready.lane);
	ready.lane.quiet = true;	/* who asks is told, each time */
	ready.patience = evtimer_new(base, on_impatience, NULL);
	if (ready.patience == NULL)
		log_fatal("cannot make a timer");
}
