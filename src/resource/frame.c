/*
 * frame.c
 *		What is under way: the stack of frames, and what is left for the rest of
 *		a command.
 */
#include "postgres.h"

#include "access/xact.h"
#include "fmgr.h"
#include "resource/frame.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

static ScimFrame *top = NULL;	/* the innermost frame */

/* ---- frames ---- */

int
scim_trigger_depth(void)
{
	return DatumGetInt32(DirectFunctionCall1(pg_trigger_depth, (Datum) 0));
}

int
scim_depth_in(const ScimFrame *frame)
{
	return scim_trigger_depth() - frame->depth;
}

void
scim_run_in_frame(ScimFrame *frame, void (*body) (void *argument), void *argument)
{
	frame->depth = scim_trigger_depth();
	frame->outer = top;
	top = frame;
	PG_TRY();
	{
		body(argument);
	}
	PG_FINALLY();
	{
		top = frame->outer;
	}
	PG_END_TRY();
}

/* ---- what triggers ask ---- */

ScimCall *
scim_call_around(const ScimCall *inner)
{
	ScimFrame  *frame = inner ? inner->frame.outer : top;

	while (frame && frame->kind != SCIM_CALL_FRAME && frame->kind != SCIM_FOREIGN_FRAME)
		frame = frame->outer;
	return frame && frame->kind == SCIM_CALL_FRAME ? (ScimCall *) frame : NULL;
}

ScimCall *
scim_call_on(Oid root)
{
	ScimCall   *call = scim_call_around(NULL);

	return call && call->frame.root == root ? call : NULL;
}

ScimCall *
scim_call_on_row(Oid root, const char *tenant, const char *id)
{
	ScimCall   *call = scim_call_on(root);

	if (call == NULL || call->id == NULL || strcmp(call->id, id) != 0 ||
		(tenant && strcmp(call->tenant, tenant) != 0))
		return NULL;
	return call;
}

bool
scim_is_inserted_by(const ScimCall *call)
{
	return call->inserting && call->id == NULL && scim_depth_in(&call->frame) == 1;
}

/* The innermost frame, if it is such a one, and the trigger that asks is one of its statement. */
static ScimFrame *
frame_of_row(ScimFrameKind kind, Oid root)
{
	if (top == NULL || top->kind != kind || top->root != root || scim_depth_in(top) != 1)
		return NULL;
	return top;
}

const ScimPending *
scim_pending_for(Oid root)
{
	return (const ScimPending *) frame_of_row(SCIM_MEMBERS_FRAME, root);
}

bool
scim_is_refilling(Oid root)
{
	return frame_of_row(SCIM_REFILL_FRAME, root) != NULL;
}

/* ---- what is left for the rest of a command ---- */

typedef struct Left
{
	MemoryContext context;		/* holds it; of the transaction */
	CommandId	command;
	Oid			root;
	void	   *what;			/* NULL: nothing */
} Left;

static Left lefts[SCIM_LEFT_TRUNCATED + 1];

static void
forget_all(XactEvent event, void *argument)
{
	/* went with the transaction's memory */
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		memset(lefts, 0, sizeof(lefts));
}

MemoryContext
scim_start_leaving(ScimLeftKind kind)
{
	static bool registered = false;
	Left	   *left = &lefts[kind];

	if (!registered)
		RegisterXactCallback(forget_all, NULL);
	registered = true;
	left->what = NULL;
	if (left->context == NULL)
		left->context = AllocSetContextCreate(TopTransactionContext, "scimver left",
											  ALLOCSET_SMALL_SIZES);
	MemoryContextReset(left->context);
	return left->context;
}

void
scim_leave(ScimLeftKind kind, Oid root, void *what)
{
	lefts[kind].command = GetCurrentCommandId(false);
	lefts[kind].root = root;
	lefts[kind].what = what;
}

void *
scim_left(ScimLeftKind kind, Oid root)
{
	const Left *left = &lefts[kind];

	if (left->what == NULL || left->root != root || left->command != GetCurrentCommandId(false))
		return NULL;
	return left->what;
}

void
scim_forget_left(ScimLeftKind kind)
{
	lefts[kind].what = NULL;
}
