/*
 * hand_back.c
 *		What the server's results and notices mean for the request that they answer.
 *
 * Entry points: hand_back, hand_on_notice.
 */
#include "hand_back.h"

#include <stdio.h>

#include "answer.h"
#include "log.h"
#include "queries.h"

/*
 * What the extension refuses is its client's affair, but for the list of tools, which is
 * asked for as the command line says; all else is for the log.
 */
static void
answered_with_error(Request *request, const PGresult *answer)
{
	const char *sqlstate = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
	Outcome		outcome = {
		.moved = answer_says_moved(answer), .error = request_error(request, sqlstate, true)
	};
	bool		quiet = request_is_quiet(request);
	char		reason[64];
	char		part[REQUEST_PART];

	if (own_error_is_refusal(outcome.error))
	{
		outcome.reason = PQresultErrorField(answer, PG_DIAG_MESSAGE_PRIMARY);
		if (request->kind == REQUEST_TOOLS)
			log_line("%s: %s", queries_name(request), outcome.reason);
		request_ended(request, &outcome);
		return;
	}
	(void) snprintf(reason, sizeof(reason), "the database answered with SQLSTATE %s",
					sqlstate != NULL ? sqlstate : "(none)");
	if (!request->cancelled && !quiet)
		log_line("%s: %s%s", queries_name(request), reason, request_part(request, part));
	if (quiet)
		outcome.reason = reason;
	request_ended(request, &outcome);
}

void
hand_back(Request *request, const PGresult *answer)
{
	Outcome		outcome = {.answered = true, .row = answer};

	if (answer_is_error(answer))
	{
		answered_with_error(request, answer);
		return;
	}
	outcome.value = answer_value(answer, &outcome.length);
	request_ended(request, &outcome);
}

/* Other notices are for people at a terminal, and may quote data. */
void
hand_on_notice(Request *request, const PGresult *notice)
{
	Progress	progress;

	if (answer_is_unreplicated(notice))
		request->unreplicated = true;
	else if (request->progressed != NULL && !request->cancelled &&
			 answer_is_progress(notice, &progress))
		request->progressed(request, &progress);
}
