/*
 * kept.c
 *		What a session keeps of what it has read of the extension's own tables.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "registry/kept.h"
#include "registry/relation_changes.h"
#include "utils/inval.h"
#include "utils/memutils.h"

/* All that is kept. */
static ScimKept *all = NULL;

/* Whoever still holds a part of it does so within this transaction. */
void
scim_forget_kept(ScimKept *kept)
{
	if (kept->content == NULL)
		return;
	if (TopTransactionContext)
		MemoryContextSetParent(kept->context, TopTransactionContext);
	else
		MemoryContextDelete(kept->context);
	kept->content = NULL;
}

MemoryContext
scim_new_kept(const ScimKept *kept)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "scimver kept",
												  ALLOCSET_SMALL_SIZES);

	MemoryContextSetIdentifier(context, kept->name);
	return context;
}

void
scim_keep(ScimKept *kept, MemoryContext context, void *content)
{
	scim_forget_kept(kept);
	MemoryContextSetParent(context, CacheMemoryContext);
	kept->context = context;
	kept->content = content;
}

void
scim_note_kept(ScimKept *kept)
{
	kept->has_own |= TransactionIdIsValid(GetTopTransactionIdIfAny());
}

bool
scim_kept_is_current(const ScimKept *kept, uint64 generation)
{
	return kept->generation == generation || debug_discard_caches > 0;
}

/* ---- changes ---- */

static void
change(ScimKept *kept)
{
	kept->generation++;
	scim_forget_kept(kept);
}

static void
relation_changed(Oid relid)
{
	for (ScimKept *kept = all; kept; kept = kept->next)
	{
		if (!OidIsValid(relid) || kept->is_of(relid))
			change(kept);
	}
}

static void
change_own(void)
{
	for (ScimKept *kept = all; kept; kept = kept->next)
	{
		if (kept->has_own)
			change(kept);
	}
}

/*
 * What is taken back was told as a change, and is told again as it is taken back; but for
 * what a statement wrote that failed before it could tell of it.
 */
static void
subtransaction_ends(SubXactEvent event, SubTransactionId ended, SubTransactionId parent,
					void *argument)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		change_own();
}

static void
transaction_ends(XactEvent event, void *argument)
{
	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT && event != XACT_EVENT_PREPARE)
		return;
	if (event != XACT_EVENT_COMMIT)
		change_own();
	for (ScimKept *kept = all; kept; kept = kept->next)
		kept->has_own = false;
}

void
scim_init_kept(ScimKept *kept)
{
	if (all == NULL)
	{
		scim_hear_of_relations(relation_changed);
		RegisterSubXactCallback(subtransaction_ends, NULL);
		RegisterXactCallback(transaction_ends, NULL);
	}
	kept->generation = 1;
	kept->next = all;
	all = kept;
}

TriggerData *
scim_tell_change(FunctionCallInfo fcinfo, const char *function)
{
	TriggerData *data = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(data->tg_event))
		ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
						errmsg("function \"%s\" must be fired as an AFTER trigger", function)));
	CacheInvalidateRelcache(data->tg_relation);
	return data;
}
