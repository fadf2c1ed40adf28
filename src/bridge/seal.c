/*
 * seal.c
 *		Seals of the history, every --seal SECONDS.
 *
 * Each beat of a timer hands in a passive request (pool.c): whether the history
 * can be sealed, and by this role.  Only if so, a second one seals it.  That is
 * asked anew each time, as a GRANT, an update of the extension or a promotion may
 * come at any time, and a pooler may lead to another server.
 *
 * Seals take what connections there are, and never open one: an attempt that
 * fails has a pause behind it, in which clients would wait.  What comes without a
 * connection of this bridge's is sealed by another bridge, by the database itself
 * (pg_cron), or when a client's call has opened one.
 *
 * The end of the process waits for no seal.  What the server was told before, it
 * brings to its end, or it takes it back.
 *
 * Entry points: seal_open.
 */
#include "seal.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "command_line.h"
#include "log.h"
#include "pool.h"
#include "queries.h"
#include "request.h"

/* What fails is tried less and less often, but at least once in so many seconds. */
#define REST_LONGEST 300

/* Seals that give way to calls are nothing to report, unless so many in a row did. */
#define GIVEN_WAY_OFTEN 3

static struct
{
	struct event *beat;			/* the timer */
	Lane		lane;			/* their place in the pool: it holds no client's */
	bool		under_way;		/* a request has not come back */
	int			failures;		/* how many failed in a row */
	int			rest;			/* beats to let pass after the last failure */
	int			passing;		/* how many of these are left */
	bool		failure_told;	/* since the last success, the log has been told of a failure */
	bool		denial_told;	/* the log has been told that the role may not */
}			seal;

static void
hand_in(RequestKind kind, RequestDone done)
{
	static const RequestText text = {.tool = "", .agent = ""};

	seal.under_way = true;
	pool_submit(request_new(sizeof(Request), kind, &text, &seal.lane, done));
}

/* Why, in words for the log. */
static const char *
reason_of(const Request *request, const Outcome *outcome)
{
	if (request->cancelled)
		return "calls have waited for its connection each time";
	if (outcome->error == ERROR_TIMED_OUT)
		return "it takes longer than --timeout allows";
	if (outcome->reason != NULL)
		return outcome->reason;
	return own_error_kind(outcome->error)->text;
}

/* It did not work: one line until it does again. */
static void
failed(const Request *request, const Outcome *outcome)
{
	seal.failures++;
	seal.rest = seal.rest == 0 ? 1 : seal.rest * 2;
	if (seal.rest > REST_LONGEST / options.seal)
		seal.rest = REST_LONGEST / options.seal;
	seal.passing = seal.rest;
	if (seal.failure_told || (request->cancelled && seal.failures < GIVEN_WAY_OFTEN))
		return;
	seal.failure_told = true;
	log_line("the history is not sealed: %s", reason_of(request, outcome));
}

static void
succeeded(void)
{
	if (seal.failure_told)
		log_line("the history is sealed again");
	seal.failure_told = false;
	seal.failures = seal.rest = 0;
}

static void
sealed(Request *request, const Outcome *outcome)
{
	seal.under_way = false;
	if (outcome->answered)
		succeeded();
	else
		failed(request, outcome);
	free(request);
}

/* Can it be done?  Where it cannot, that is nothing to report, but a missing privilege, once. */
static void
looked(Request *request, const Outcome *outcome)
{
	const char *answer = outcome->answered && outcome->value != NULL ? outcome->value : "";

	seal.under_way = false;
	if (!outcome->answered)
		failed(request, outcome);
	else if (strcmp(answer, MAY_SEAL) == 0)
		hand_in(REQUEST_SEAL, sealed);
	else if (strcmp(answer, MAY_NOT_SEAL) == 0 && !seal.denial_told)
	{
		seal.denial_told = true;
		log_line("the history is not sealed: that takes EXECUTE on scim_seal_history(), "
				 "which the role has not (--seal 0: do not try)");
	}
	free(request);
}

static void
on_beat(evutil_socket_t fd, short what, void *arg)
{
	(void) fd;
	(void) what;
	(void) arg;
	if (seal.passing > 0)
		seal.passing--;
	else if (!seal.under_way)
		hand_in(REQUEST_MAY_SEAL, looked);
}

void
seal_open(struct event_base *base)
{
	const struct timeval seconds = {options.seal, 0};

	if (options.seal == 0 || options.read_only)
		return;
	lane_init(&seal.lane);
	seal.lane.passive = true;
	seal.beat = event_new(base, -1, EV_PERSIST, on_beat, NULL);
	if (seal.beat == NULL || event_add(seal.beat, &seconds) < 0)
		log_fatal("cannot set a timer");
}
