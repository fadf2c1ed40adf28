/*
 * fold.c
 *		What a scim_ call does to its resource becomes one entry.
 *
 * A call may write its row more than once; the versions between are nobody's to
 * read.  What it has done is kept with the call, and written when it ends.  A step
 * that does not follow on the last one, as somebody else came between (a trigger
 * of the application's), begins anew: which steps belong together is never guessed.
 *
 * What is done in a subtransaction of the call's may be taken back while the call
 * goes on: that is written where it is done.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/jsonb_tree.h"
#include "base/texts.h"
#include "history/fold.h"
#include "history/write.h"
#include "utils/memutils.h"

/*
 * Is the call on the change's resource?  The INSERT of a create is, before its id is known; one
 * of many rows is on each of them: what is done to a row comes before what is done to the next.
 */
static bool
is_on(const ScimCall *call, const ScimRegistration *registration, const ScimChange *change)
{
	const ScimChange *kept = call->change;
	const char *tenant = registration->tenant_type ? change->tenant : NULL;

	if (call->id)
		return scim_call_on_row(registration->root, tenant, change->id) != NULL;
	if (kept && strcmp(kept->id, change->id) == 0 && strcmp(kept->tenant, change->tenant) == 0)
		return true;
	return (kept == NULL || call->many) && scim_is_inserted_by(call);
}

/* The call that the change is a part of, or NULL. */
static ScimCall *
call_of(const ScimRegistration *registration, const ScimChange *change)
{
	ScimCall   *call = scim_call_on(registration->root);

	if (call == NULL || call->nesting != GetCurrentTransactionNestLevel() ||
		change->operation > SCIM_HISTORY_DELETE || !is_on(call, registration, change))
		return NULL;
	return call;
}

/* ---- keeping ---- */

static const char *
copy_text(const char *text)
{
	return text ? pstrdup(text) : NULL;
}

/* In the current context, which moves keep for their own. */
static const ScimMemberMoves *
copy_moves(const ScimMemberMoves *moves)
{
	ScimMemberMoves *copy;

	if (moves == NULL)
		return NULL;
	copy = scim_new_moves();
	scim_join_moves(copy, moves);
	return copy;
}

static ScimChange *
copy_change(const ScimChange *change)
{
	ScimChange *copy = palloc(sizeof(ScimChange));

	*copy = *change;
	copy->tenant = pstrdup(change->tenant);
	copy->id = pstrdup(change->id);
	copy->version = copy_text(change->version);
	copy->previous_version = copy_text(change->previous_version);
	copy->delta = *scim_copy_delta(&change->delta, CurrentMemoryContext);
	copy->moves = copy_moves(change->moves);
	return copy;
}

/* ---- folding ---- */

/* What came after a delete is another life. */
static bool
follows(const ScimChange *first, const ScimChange *next)
{
	return first->version && next->previous_version &&
		strcmp(first->version, next->previous_version) == 0;
}

/* What is made has no "before": its attributes are all that it was given. */
static void
join_creation(ScimDelta *first, const ScimDelta *next)
{
	ListCell   *cell;

	foreach(cell, next->changed)
	{
		if (!scim_has_text(first->changed, lfirst(cell)))
			first->changed = lappend(first->changed, pstrdup(lfirst(cell)));
	}
}

static void
join_moves(ScimChange *first, const ScimChange *next)
{
	if (next->moves == NULL)
		return;
	if (first->moves)
	{
		scim_join_moves(unconstify(ScimMemberMoves *, first->moves), next->moves);
		return;
	}
	first->moves = copy_moves(next->moves);
	first->members_before = next->members_before;
}

/* What was deleted is what there was before the first change. */
static void
join_end(ScimDelta *first, const ScimDelta *end)
{
	Jsonb	   *before = first->before ? scim_write(first->before) : NULL;

	scim_whole_delta(scim_undo_delta(scim_write(end->before), before), true, first);
}

/* False, and nothing done: no entry can hold both. */
static bool
join_documents(ScimChange *first, const ScimChange *next)
{
	if (next->operation == SCIM_HISTORY_DELETE)
		join_end(&first->delta, &next->delta);
	else if (first->operation == SCIM_HISTORY_CREATE)
		join_creation(&first->delta, &next->delta);
	else
		return scim_join_deltas(&first->delta,
								scim_copy_delta(&next->delta, CurrentMemoryContext));
	return true;
}

/* The first change becomes both, in the current context; false: they are two. */
static bool
fold(ScimChange *first, const ScimChange *next)
{
	if (!follows(first, next) || !join_documents(first, next))
		return false;
	first->password |= next->password;
	join_moves(first, next);
	first->has_revision = next->has_revision;
	first->revision = next->revision;
	if (next->operation == SCIM_HISTORY_DELETE)
	{
		first->operation = SCIM_HISTORY_DELETE;
		/* of what was there before the call, which has moved it once */
		first->revision--;
	}
	first->version = copy_text(next->version);
	first->at = next->at;
	return true;
}

/* Was what the call made deleted by it?  Then it has never been. */
static bool
is_undone(const ScimChange *first, const ScimChange *next)
{
	return first->operation == SCIM_HISTORY_CREATE && next->operation == SCIM_HISTORY_DELETE &&
		follows(first, next);
}

/* The call's change becomes what is left of both; false: they are two. */
static bool
fold_into(ScimCall *call, const ScimChange *next)
{
	MemoryContext old;
	bool		folded;

	if (is_undone(call->change, next))
	{
		call->change = NULL;
		return true;
	}
	old = MemoryContextSwitchTo(call->context);
	folded = fold(call->change, next);
	MemoryContextSwitchTo(old);
	return folded;
}

/* ---- recording ---- */

/* Nothing is left of a change that was taken back. */
static bool
is_effective(const ScimChange *change)
{
	return change->version == NULL || change->previous_version == NULL ||
		strcmp(change->version, change->previous_version) != 0;
}

void
scim_record_call(ScimCall *call)
{
	ScimChange *change = call->change;

	if (change == NULL)
		return;
	call->change = NULL;
	if (change->moves && !scim_has_moves(change->moves))
		change->moves = NULL;
	change->expected_version = call->merged_from;
	change->proposal = call->proposal;
	if (is_effective(change))
		scim_write_history(change);
}

void
scim_record(const ScimRegistration *registration, const ScimChange *change)
{
	ScimCall   *call = call_of(registration, change);
	MemoryContext old;

	if (call == NULL)
	{
		if (is_effective(change))
			scim_write_history(change);
		return;
	}
	if (call->change && fold_into(call, change))
		return;
	scim_record_call(call);
	old = MemoryContextSwitchTo(call->context);
	call->change = copy_change(change);
	MemoryContextSwitchTo(old);
}

/* A subtransaction that is taken back would take it along, but not what it tells of. */
static bool
is_pending(const ScimCall *call, Oid root, const char *tenant, const char *id)
{
	return call->frame.root == root && call->change &&
		call->nesting == GetCurrentTransactionNestLevel() &&
		strcmp(call->change->tenant, tenant) == 0 && strcmp(call->change->id, id) == 0;
}

void
scim_record_pending(const ScimRegistration *registration, const char *tenant, const char *id)
{
	ScimCall   *call = NULL;

	while ((call = scim_call_around(call)) != NULL)
	{
		if (is_pending(call, registration->root, tenant, id))
			scim_record_call(call);
	}
}
