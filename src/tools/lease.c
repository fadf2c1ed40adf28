/*
 * lease.c
 *		The handler of scim_lease: a resource is held, held on to, let go.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "operation/held.h"
#include "operation/lease.h"
#include "tools/arguments.h"
#include "tools/envelope.h"
#include "tools/lease.h"
#include "tools/named_tools.h"

#define MOST_NAMED 2

/* What is done with a lease. */
typedef struct Action
{
	const char *name;			/* as the catalogue has it */
	ScimParameterId needs[MOST_NAMED];
	ScimParameterId ignores[MOST_NAMED];	/* so these are refused */
	ScimHandler run;
} Action;

bool
scim_call_names_lease(const ScimToolCall *call)
{
	return scim_names_lease_of(scim_argument_uuids(call, PARAM_LEASE_ID), call->type->name,
							   call->tenant, call->id);
}

/* ---- what to do next ---- */

#define TAKEN_STEP \
	"Wait, retry_after_ms at least, then make the same call again; or ask the holder. If that is " \
	"you, renew with your lease_id."
#define UNDECIDED_STEP \
	"Nothing was decided. Wait, retry_after_ms at least, then make the same call again; or ask " \
	"the holder. If that is you, name your lease_id in the call."
#define HELD_STEP \
	"Wait, retry_after_ms at least, then read the {one} again and write; or ask the holder. If " \
	"that is you, name your lease_id in the call."
#define LOST_STEP \
	"Nothing was changed. Acquire a new lease with scim_lease; where the version that it answers " \
	"is not the one that you read, others have written meanwhile: read the {one} again. Then " \
	"write what is still to be written, with the new lease_id."
#define LOST_ALONE_STEP \
	"Nothing was changed. Read the {one} again, as others may have written it, and write what is " \
	"still to be written with the lease_id of a new lease, or without one."
#define DELETED_STEP	"A {one} that is deleted cannot be held: bring it back without lease_id."
#define STORM_STEP \
	"Or hold the {one} first, so that others have to wait: scim_lease answers a lease_id and the " \
	"current version. Read it, and write with both."

void
scim_say_lease_step(const ScimToolCall *call, JsonbValue *content, const ScimErrorKind *kind)
{
	const ScimSubject *subject;

	if (call->tool == NULL)
		return;
	subject = scim_subject_of(call->tool, call->type);
	if (kind == scim_error_kind(SCIM_LEASE_HELD))
		scim_set_next_step(content, call->tool->id == TOOL_LEASE ? TAKEN_STEP
						   : call->tool->id == TOOL_REVIEW ? UNDECIDED_STEP
						   : scim_tool_text(HELD_STEP, subject));
	else if (kind == scim_error_kind(SCIM_LEASE_LOST))
	{
		static const char *const lost[] = {LOST_STEP, LOST_ALONE_STEP, NULL};

		scim_set_next_step(content, scim_tool_text(scim_first_with_tools(lost, subject), subject));
		if (call->tool->id == TOOL_RESTORE)
			scim_add_next_step(content, scim_tool_text(DELETED_STEP, subject));
	}
	else if (kind == scim_error_kind(SCIM_CONFLICT_STORM) && scim_has_named_tools(STORM_STEP))
		scim_add_next_step(content, scim_tool_text(STORM_STEP, subject));
}

/* ---- the arguments ---- */

static void
check_action(const ScimToolCall *call, const Action *action)
{
	for (int i = 0; i < MOST_NAMED; i++)
	{
		ScimParameterId needed = action->needs[i];
		ScimParameterId ignored = action->ignores[i];

		if (needed && !call->given[needed])
			scim_throw_path(SCIM_INVALID_ARGUMENT, call->tool->parameters[needed],
							"action %s needs argument %s", action->name,
							call->tool->parameters[needed]);
		if (ignored && call->given[ignored])
			scim_throw_path(SCIM_INVALID_ARGUMENT, call->tool->parameters[ignored],
							"action %s takes no argument %s", action->name,
							call->tool->parameters[ignored]);
	}
}

/* The lease that is renewed or released; where the resource is named too, one of that. */
static const pg_uuid_t *
lease_argument(const ScimToolCall *call)
{
	const ScimUuids *leases = scim_argument_uuids(call, PARAM_LEASE);

	if (call->type && call->id &&
		!scim_names_lease_of(leases, call->type->name, call->tenant, call->id))
		scim_throw_path(SCIM_INVALID_ARGUMENT, "lease_id",
						"argument lease_id is of no lease of that %s", call->type->name);
	return &leases->uuids[0];
}

/* ---- the actions ---- */

static int
seconds_argument(const ScimToolCall *call)
{
	return scim_argument_integer(call, PARAM_SECONDS, SCIM_DEFAULT_LEASE_SECONDS);
}

/* The lease, and the version of what it holds. */
static text *
held(const ScimToolCall *call, Jsonb *lease)
{
	JsonbValue *metadata = scim_metadata(call);
	JsonbValue	root;
	JsonbValue	version;

	scim_root(lease, &root);
	if (scim_find(&lease->root, "version", &version))
		scim_set_value(metadata, "version", &version);
	return scim_success(&root, metadata);
}

static text *
acquire(ScimToolCall *call)
{
	return held(call, scim_store_acquire_lease(call->type->name, call->tenant, call->id,
											   seconds_argument(call),
											   scim_argument_text(call, PARAM_PURPOSE)));
}

static text *
renew(ScimToolCall *call)
{
	return held(call, scim_store_renew_lease(lease_argument(call), seconds_argument(call)));
}

static text *
release(ScimToolCall *call)
{
	JsonbValue *content = scim_new_object();

	scim_set_bool(content, "released", scim_store_release_lease(lease_argument(call)));
	return scim_success(content, scim_metadata(call));
}

static const Action actions[] = {
	{"acquire", {PARAM_RESOURCE_TYPE, PARAM_ID}, {PARAM_LEASE}, acquire},
	{"renew", {PARAM_LEASE}, {PARAM_PURPOSE}, renew},
	{"release", {PARAM_LEASE}, {PARAM_PURPOSE, PARAM_SECONDS}, release},
};

text *
scim_run_lease(ScimToolCall *call)
{
	const char *name = scim_argument_word(call, PARAM_ACTION);

	for (int i = 0; i < (int) lengthof(actions); i++)
	{
		if (strcmp(actions[i].name, name) != 0)
			continue;
		check_action(call, &actions[i]);
		return actions[i].run(call);
	}
	elog(ERROR, "unknown action \"%s\" in the tool catalogue", name);
	return NULL;
}
