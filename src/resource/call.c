/*
 * call.c
 *		The scim_ call under way.
 */
#include "postgres.h"

#include "operation/violation.h"
#include "resource/call.h"
#include "utils/fmgrprotos.h"

ScimCall   *scim_call = NULL;

int
scim_trigger_depth(void)
{
	return DatumGetInt32(DirectFunctionCall1(pg_trigger_depth, (Datum) 0));
}

bool
scim_is_called_row(const ScimRegistration *registration, const char *id, const char *tenant)
{
	return scim_call != NULL && scim_call->registration->root == registration->root &&
		scim_call->id != NULL && strcmp(scim_call->id, id) == 0 &&
		(tenant == NULL || strcmp(scim_call->tenant, tenant) == 0);
}

void
scim_note_moved(const ScimRegistration *groups, const char *tenant, const char *id)
{
	MemoryContext old;

	if (!scim_is_called_row(groups, id, tenant))
		return;
	old = MemoryContextSwitchTo(scim_call->context);
	scim_read_row(groups, 0, &scim_call->row);
	scim_call->has_row = true;
	MemoryContextSwitchTo(old);
}

/* Who raised an error, the call's own statement or a trigger, is known only while it is raised. */
static void
note_depth(void *argument)
{
	((ScimCall *) argument)->error_depth = scim_trigger_depth();
}

/* The error that ended the call, as one of the catalogue, if it is one. */
static void
translate_error(const ScimCall *call)
{
	ErrorData  *error;

	if (!scim_is_violation(geterrcode()))
		return;
	MemoryContextSwitchTo(call->context);
	error = CopyErrorData();
	FlushErrorState();
	scim_throw_violation(call, error);
	ReThrowError(error);
}

void
scim_run_call(ScimCall *call, void (*body) (void *argument), void *argument)
{
	ErrorContextCallback watch = {error_context_stack, note_depth, call};

	call->context = CurrentMemoryContext;
	call->depth = scim_trigger_depth();
	call->outer = scim_call;
	scim_call = call;
	error_context_stack = &watch;
	PG_TRY();
	{
		body(argument);
	}
	PG_CATCH();
	{
		scim_call = call->outer;
		error_context_stack = watch.previous;
		translate_error(call);
		PG_RE_THROW();
	}
	PG_END_TRY();
	error_context_stack = watch.previous;
	scim_call = call->outer;
}
