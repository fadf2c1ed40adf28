/*
 * run.c
 *		Running a scim_ call: if its policy admits it, in its frame, its errors translated,
 *		and what it did recorded.
 */
#include "postgres.h"

#include "access/xact.h"
#include "decision/policy_guard.h"
#include "history/fold.h"
#include "operation/run.h"
#include "operation/violation.h"

/* What is noted of the errors of a call. */
typedef struct Watch
{
	const ScimCall *call;
	int			depth;			/* in the call, of the last error (or notice) */
} Watch;

/* Who raised an error, the call's own statement or a trigger, is known only while it is raised. */
static void
note_depth(void *argument)
{
	Watch	   *watch = argument;

	watch->depth = scim_depth_in(&watch->call->frame);
}

/* The error that ended the call, as one of the catalogue, if it is one. */
static void
translate_error(const Watch *watch)
{
	ErrorData  *error;

	if (!scim_is_violation(geterrcode()))
		return;
	MemoryContextSwitchTo(watch->call->context);
	error = CopyErrorData();
	FlushErrorState();
	scim_throw_violation(watch->call, error, watch->depth);
	ReThrowError(error);
}

void
scim_run_call(ScimCall *call, void (*body) (void *argument), void *argument)
{
	Watch		watch = {call};
	ErrorContextCallback callback = {error_context_stack, note_depth, &watch};

	call->context = CurrentMemoryContext;
	call->nesting = GetCurrentTransactionNestLevel();
	call->frame.kind = SCIM_CALL_FRAME;
	call->frame.root = call->registration->root;
	scim_admit_call(call);
	PG_TRY();
	{
		error_context_stack = &callback;
		scim_run_in_frame(&call->frame, body, argument);
		error_context_stack = callback.previous;
	}
	PG_CATCH();
	{
		translate_error(&watch);
		PG_RE_THROW();
	}
	PG_END_TRY();
	/* what is wrong with the history is no fault of the resource's */
	scim_record_call(call);
}
