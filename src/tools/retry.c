/*
 * retry.c
 *		When to try again what others keep changing.
 *
 * Waits are drawn, so that those who were refused together do not come back together:
 * full jitter.  An agent that tries on and on what it cannot win is stopped for a while; as
 * its name is what it says, that is a brake, not a guard.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "base/settings.h"
#include "history/attempts.h"
#include "tools/arguments.h"
#include "tools/consult_way.h"
#include "tools/lease.h"
#include "tools/retry.h"

/* The ceiling of the wait, after one attempt twice that, and so on, up to so much. */
#define FIRST_MS 50
#define MOST_MS 10000

/* So many attempts are told: from eight on the wait is the same, and each takes time to count. */
#define MOST_TOLD 20

ScimRefusal
scim_refusal_of(const ScimToolCall *call, const ScimErrorKind *kind)
{
	return (ScimRefusal)
	{
		.kind = kind,
			.type = call->type,
			.tenant = call->tenant,
			.id = call->id,
			.expected = call->expected,
			.conflicting = call->stale ? call->written.conflicting : NIL
	};
}

/* Milliseconds, between 0 and a ceiling that rises with the attempts. */
static int
draw_wait(int attempts)
{
	int			ceiling = FIRST_MS;
	uint32		drawn;

	for (int i = 0; i < attempts && ceiling < MOST_MS; i++)
		ceiling = Min(2 * ceiling, MOST_MS);
	/* without randomness, who is refused waits longest */
	if (!pg_strong_random(&drawn, sizeof(drawn)))
		return ceiling;
	return drawn % (ceiling + 1);
}

static bool
may_merge(const ScimToolCall *call)
{
	return call->tool->parameters[PARAM_ON_CONFLICT] != NULL;
}

static bool
merges(const ScimToolCall *call)
{
	const char *way = scim_argument_word(call, PARAM_ON_CONFLICT);

	return call->consulted.decision ||
		(way && strcmp(way, "fail") != 0 && !scim_asks_user(call));
}

void
scim_refuse_storm(ScimToolCall *call)
{
	int			most = scim_setting_max_attempts;
	ScimRefusal refusal;
	ScimError  *error;

	if (most == 0 || call->expected == NULL || call->type == NULL || merges(call))
		return;
	refusal = scim_refusal_of(call, scim_error_kind(SCIM_VERSION_MISMATCH));
	call->refused = scim_count_attempts(&refusal, most);
	call->counted = call->refused >= 0;
	/* whoever holds it is in nobody's way, and nobody in his */
	if (call->refused < most || scim_call_names_lease(call))
		return;
	error = scim_error(may_merge(call) ? SCIM_STORM_TO_MERGE : SCIM_CONFLICT_STORM);
	scim_error_text(error, "resource_type", call->type->name);
	scim_error_text(error, "resource_id", call->id);
	scim_error_integer(error, "retry_after_ms", draw_wait(most));
	scim_throw(error, "the version that was expected was stale %d times within a minute", most);
}

void
scim_note_attempts(ScimToolCall *call, const ScimRefusal *refusal)
{
	if (!call->stale || !refusal->recorded)
		return;
	/* to those that were counted before, this one has come */
	call->attempts = call->counted ? call->refused + 1
		: Max(scim_count_attempts(refusal, MOST_TOLD), 0);
}

void
scim_show_retry(const ScimToolCall *call, JsonbValue *content)
{
	if (call->attempts == 0)
		return;
	scim_set_integer(content, "attempts", call->attempts);
	scim_set_integer(content, "retry_after_ms", draw_wait(call->attempts));
}
