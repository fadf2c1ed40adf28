/*
 * own_role.c
 *		The role that the bridge itself has in the database, and that it may do nothing.
 *
 * Whoever asks over HTTP has a token's role.  If the bridge's own were a superuser's, or
 * could read what it serves, one mistake on the way from the socket to that role would open
 * everything; so it is looked at before the first request is handed in.  If the database is
 * away when the process starts, the next request has it looked at again.
 *
 * Entry points: own_role_open, own_role_submit.
 */
#include "own_role.h"

#include <stdbool.h>
#include <stdlib.h>

#include "log.h"
#include "look.h"
#include "pool.h"

static struct
{
	Look		look;			/* at what it may do */
	bool		good;			/* that has been found to be nothing */
}			own_role;

static void
looked(Request *request, const Outcome *outcome)
{
	RequestQueue waiting;
	Request    *one;

	look_end(&own_role.look, &waiting);
	if (outcome->answered && outcome->value != NULL)
	{
		log_line("%s", outcome->value);
		exit(EXIT_USAGE);
	}
	own_role.good = own_role.good || outcome->answered;
	while ((one = TAILQ_FIRST(&waiting)) != NULL)
	{
		TAILQ_REMOVE(&waiting, one, queue);
		if (own_role.good)
			pool_submit(one);
		else
			request_failed(one, outcome->error, outcome->reason);
	}
	free(request);
}

void
own_role_open(void)
{
	look_init(&own_role.look, REQUEST_OWN_ROLE);
	look_begin(&own_role.look, "", looked);
}

void
own_role_submit(Request *request)
{
	if (own_role.good)
	{
		pool_submit(request);
		return;
	}
	look_wait(&own_role.look, request);
	look_begin(&own_role.look, "", looked);
}
