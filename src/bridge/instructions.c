/*
 * instructions.c
 *		How to use the tools, as the database says it.
 *
 * A look that takes too long goes on: what it brings is kept for the next client.
 * Until then nobody waits for it any more, or requests of one client, which are
 * answered one after the other, would add up their waits.
 *
 * Entry points: instructions_open, instructions_are_kept, instructions_resolve.
 */
#include "instructions.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "look.h"
#include "scan.h"
#include "tool_list.h"

/* Bytes of them; each may take six in JSON. */
#define INSTRUCTIONS_LIMIT ((size_t) 1024 * 1024)

/* What stands there when the database cannot be asked. */
static const char neutral[] =
"Each tool's description says how to use it, and each failure what to do next.";

static struct
{
	Buf			text;			/* as the database last gave them */
	uint64_t	learned;		/* when, by clock_ms */
	Look		look;			/* our look at them, and the requests that wait for it */
	struct event *patience;		/* the first of those has waited long enough */
	bool		late;			/* the look has let one wait in vain: nobody else waits for it */
}			instructions;

bool
instructions_are_kept(void)
{
	return instructions.text.length > 0 &&
		clock_ms() - instructions.learned < TOOL_LIST_TTL_MS;
}

static void
answer_neutral(Request *request)
{
	request_answered(request, neutral, strlen(neutral));
}

/* The timer is for the one who has waited longest. */
static void
set_timer(void)
{
	const Request *first = TAILQ_FIRST(&instructions.look.waiting);
	struct timeval left = {0, 0};
	uint64_t	waited;

	if (first == NULL)
	{
		(void) event_del(instructions.patience);
		return;
	}
	waited = clock_ms() - first->since;
	if (waited < INSTRUCTIONS_PATIENCE_MS)
	{
		left.tv_sec = (time_t) (INSTRUCTIONS_PATIENCE_MS - waited) / 1000;
		left.tv_usec = (suseconds_t) (INSTRUCTIONS_PATIENCE_MS - waited) % 1000 * 1000;
	}
	if (event_add(instructions.patience, &left) < 0)
		log_fatal("cannot set a timer");
}

static void
on_patience_over(evutil_socket_t fd, short what, void *arg)
{
	RequestQueue *waiting = &instructions.look.waiting;
	Request    *request;
	uint64_t	now = clock_ms();

	(void) fd;
	(void) what;
	(void) arg;
	while ((request = TAILQ_FIRST(waiting)) != NULL &&
		   now - request->since >= INSTRUCTIONS_PATIENCE_MS)
	{
		look_drop(request);
		instructions.late = true;
		answer_neutral(request);
	}
	set_timer();
}

/* Can they be shown?  In an answer, beside the longest id, they have to fit into a line. */
static bool
are_good(const Outcome *outcome)
{
	return outcome->answered && outcome->length > 0 &&
		outcome->length <= INSTRUCTIONS_LIMIT && scan_utf8(outcome->value, outcome->length);
}

/* Our look has ended. */
static void
looked(Request *request, const Outcome *outcome)
{
	RequestQueue waiting;
	Request    *waiter;
	bool		known = are_good(outcome);

	instructions.late = false;
	if (known)
	{
		instructions.text.length = 0;
		buf_put(&instructions.text, outcome->value, outcome->length);
		instructions.learned = clock_ms();
	}
	look_end(&instructions.look, &waiting);
	while ((waiter = TAILQ_FIRST(&waiting)) != NULL)
	{
		TAILQ_REMOVE(&waiting, waiter, queue);
		if (known)
			request_answered(waiter, instructions.text.data, instructions.text.length);
		else
			answer_neutral(waiter);
	}
	set_timer();
	free(request);
}

void
instructions_resolve(Request *request)
{
	if (instructions_are_kept())
	{
		request_answered(request, instructions.text.data, instructions.text.length);
		return;
	}
	if (instructions.late)
	{
		answer_neutral(request);
		return;
	}
	look_wait(&instructions.look, request);
	set_timer();
	look_begin(&instructions.look, request->agent, looked);
}

void
instructions_open(struct event_base *base)
{
	look_init(&instructions.look, REQUEST_INSTRUCTIONS);
	instructions.patience = evtimer_new(base, on_patience_over, NULL);
	if (instructions.patience == NULL)
		log_fatal("cannot make a timer");
}
