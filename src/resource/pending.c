/*
 * pending.c
 *		What a membership trigger has counted, handed to the row trigger of the
 *		group.
 */
#include "postgres.h"

#include "fmgr.h"
#include "resource/pending.h"
#include "utils/fmgrprotos.h"

static ScimPending *pending = NULL; /* the innermost update under way */

static int
trigger_depth(void)
{
	return DatumGetInt32(DirectFunctionCall1(pg_trigger_depth, (Datum) 0));
}

const ScimPending *
scim_pending_for(Oid root)
{
	if (pending == NULL || pending->root != root || pending->depth != trigger_depth())
		return NULL;
	return pending;
}

uint64
scim_run_pending(ScimPending *frame, ScimStatement statement, const ScimRegistration *groups,
				 Datum *values, const char *nulls)
{
	volatile uint64 count = 0;

	frame->root = groups->root;
	frame->depth = trigger_depth() + 1;
	frame->outer = pending;
	pending = frame;
	PG_TRY();
	{
		count = scim_run(statement, groups, values, nulls, false);
	}
	PG_FINALLY();
	{
		pending = frame->outer;
	}
	PG_END_TRY();
	return count;
}
