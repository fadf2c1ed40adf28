/*
 * look.c
 *		Our own look at what the database says of itself, for all who wait for it.
 *
 * Entry points: look_init, look_begin, look_wait, look_drop, look_end.
 */
#include "look.h"

#include "clock.h"
#include "pool.h"

void
look_init(Look *look, RequestKind kind)
{
	look->kind = kind;
	look->asking = false;
	lane_init(&look->lane);
	TAILQ_INIT(&look->waiting);
}

void
look_begin(Look *look, const char *agent, RequestDone done)
{
	const RequestText text = {.tool = "", .agent = agent};

	if (look->asking)
		return;
	look->asking = true;
	pool_submit(request_new(sizeof(Request), look->kind, &text, &look->lane, done));
}

void
look_wait(Look *look, Request *request)
{
	request->state = REQUEST_WAITING;
	request->waits = &look->waiting;
	request->since = clock_ms();
	TAILQ_INSERT_TAIL(&look->waiting, request, queue);
}

void
look_drop(Request *request)
{
	TAILQ_REMOVE(request->waits, request, queue);
}

void
look_end(Look *look, RequestQueue *taken)
{
	TAILQ_INIT(taken);
	TAILQ_CONCAT(taken, &look->waiting, queue);
	look->asking = false;
}
