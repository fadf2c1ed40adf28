/*
 * chain.c
 *		The entries of one resource in the order of what happened, from now on
 *		backwards.
 *
 * Entries are read one by one as long as each follows, which is nearly always; only
 * where one does not, or might not, are the others of its transaction looked at.
 */
#include "postgres.h"

#include "history/chain.h"
#include "history/rights.h"
#include "miscadmin.h"
#include "utils/snapmgr.h"

/* ---- as they came ---- */

/* What was refused changed nothing. */
static ScimHistoryEntry *
read_step(ScimChain *chain, ScimHistoryReader *reader)
{
	ScimHistoryEntry *entry;

	do
		entry = scim_next_entry(reader);
	while (entry && entry->operation == SCIM_HISTORY_REFUSED);
	return entry && entry->seq > chain->begins ? entry : NULL;
}

/* Did the entry lead to what is at hand? */
static bool
leads_to(const ScimHistoryEntry *entry, const ScimChainState *state)
{
	if (state->version == NULL || entry->version == NULL)
		return state->version == NULL && entry->version == NULL;
	return strcmp(entry->version, state->version) == 0;
}

/*
 * The TRUNCATE that came next after an entry that left the resource there, and before
 * what was read last; NULL: there was none.  It is only looked for where the entry
 * does not follow.
 */
static ScimHistoryEntry *
find_truncate(ScimChain *chain, const ScimHistoryEntry *entry)
{
	ScimHistoryEntry *found = NULL;

	if (chain->of_type == NULL)
	{
		chain->of_type = scim_open_history(chain->tenant, chain->type->name, NULL, chain->read_to,
										   GetActiveSnapshot());
		chain->next_of_type = read_step(chain, chain->of_type);
	}
	while (chain->next_of_type && chain->next_of_type->seq > entry->seq)
	{
		if (chain->next_of_type->seq < chain->read_to)
			found = chain->next_of_type;
		chain->next_of_type = read_step(chain, chain->of_type);
	}
	return found;
}

/* The entry that was written before; NULL: there is none. */
static ScimHistoryEntry *
read_entry(ScimChain *chain)
{
	ScimHistoryEntry *entry = chain->next ? chain->next : read_step(chain, chain->entries);
	ScimHistoryEntry *truncate = NULL;

	chain->next = NULL;
	if (entry == NULL)
		return NULL;
	if (entry->version && !(chain->state.linked && leads_to(entry, &chain->state)))
		truncate = find_truncate(chain, entry);
	if (truncate)
	{
		chain->next = entry;
		entry = truncate;
	}
	chain->read_to = entry->seq;
	return entry;
}

/* The same, or the one that was read too far. */
static ScimHistoryEntry *
take_entry(ScimChain *chain)
{
	ScimHistoryEntry *entry = chain->ahead;

	chain->ahead = NULL;
	return entry ? entry : read_entry(chain);
}

/* ---- the transaction at hand ---- */

/* Another entry of it that was not looked at yet waits; false: there is none. */
static bool
await_another(ScimChain *chain)
{
	ScimHistoryEntry *entry = chain->all_waiting ? NULL : take_entry(chain);

	if (entry && entry->xid == chain->xid)
	{
		chain->waiting = lappend(chain->waiting, entry);
		return true;
	}
	if (entry)
		chain->ahead = entry;
	chain->all_waiting = true;
	return false;
}

/* Turns to the one before it, as all of it was taken; false: there is none. */
static bool
begin_transaction(ScimChain *chain)
{
	ScimHistoryEntry *entry = take_entry(chain);

	if (entry == NULL)
		return false;
	chain->xid = entry->xid;
	chain->waiting = list_make1(entry);
	chain->all_waiting = false;
	chain->place = (ScimChainPlace)
	{
		.seq = entry->seq,
			.state = chain->state
	};
	return true;
}

/* ---- what follows ---- */

/* Can no other entry be one that follows better? */
static bool
is_sure(const ScimHistoryEntry *entry, const ScimChainState *state)
{
	return !entry->has_revision || !state->has_revision || entry->revision == state->revision;
}

/* Of those that lead to what is at hand the last one, or NULL. */
static ScimHistoryEntry *
find_next(ScimChain *chain)
{
	ScimHistoryEntry *best = NULL;

	for (int i = 0; i < list_length(chain->waiting) || await_another(chain); i++)
	{
		ScimHistoryEntry *entry = list_nth(chain->waiting, i);

		CHECK_FOR_INTERRUPTS();
		if (!leads_to(entry, &chain->state))
			continue;
		if (is_sure(entry, &chain->state))
			return entry;
		if (best == NULL || entry->revision > best->revision)
			best = entry;
	}
	return best;
}

/* What the entry led from is at hand. */
static void
go_back(ScimChainState *state, const ScimHistoryEntry *entry)
{
	bool		goes = entry->operation == SCIM_HISTORY_DELETE;

	state->version = entry->previous_version;
	state->has_revision = entry->has_revision && entry->previous_version;
	state->revision = goes ? entry->revision : entry->revision - 1;
	/* what it was is not known */
	if (entry->operation == SCIM_HISTORY_TRUNCATE || entry->operation == SCIM_HISTORY_REMAPPED ||
		(entry->previous_version == NULL) != (entry->operation == SCIM_HISTORY_CREATE) ||
		(entry->version == NULL) != goes)
		state->linked = false;
}

const ScimHistoryEntry *
scim_chain_back(ScimChain *chain)
{
	ScimHistoryEntry *entry = NULL;

	if (chain->waiting == NIL && !await_another(chain) && !begin_transaction(chain))
		return NULL;
	if (chain->state.linked)
		entry = find_next(chain);
	chain->follows = entry != NULL;
	if (entry)
		go_back(&chain->state, entry);
	else
	{
		/* of what does not follow, the order is that in which it came */
		chain->state.linked = false;
		entry = linitial(chain->waiting);
	}
	chain->waiting = list_delete_ptr(chain->waiting, entry);
	chain->place.taken++;
	chain->last = entry;
	return entry;
}

bool
scim_chain_is_complete(const ScimChain *chain)
{
	return chain->state.linked && chain->state.version == NULL;
}

/* ---- beginning and end ---- */

static void
open_readers(ScimChain *chain, const char *tenant, const ScimResourceType *type, const char *id,
			 int64 up_to)
{
	memset(chain, 0, sizeof(ScimChain));
	chain->tenant = tenant;
	chain->type = type;
	chain->begins = scim_history_begins(tenant, type);
	chain->all_waiting = true;
	chain->read_to = up_to == PG_INT64_MAX ? up_to : up_to + 1;
	chain->entries = scim_open_history(tenant, type->name, id, up_to, GetActiveSnapshot());
}

void
scim_open_chain(ScimChain *chain, const char *tenant, const ScimResourceType *type, const char *id,
				const char *version, int64 revision)
{
	open_readers(chain, tenant, type, id, PG_INT64_MAX);
	chain->state = (ScimChainState)
	{
		.version = version,
			.has_revision = revision != 0,
			.revision = revision,
			.linked = true
	};
}

void
scim_open_chain_at(ScimChain *chain, const char *tenant, const ScimResourceType *type,
				   const char *id, const ScimChainPlace *place)
{
	open_readers(chain, tenant, type, id, place->seq);
	chain->state = place->state;
	/* what was taken of the transaction is found again as it was found first */
	for (int i = 0; i < place->taken; i++)
	{
		if (scim_chain_back(chain) == NULL)
			break;
	}
}

void
scim_close_chain(ScimChain *chain)
{
	scim_close_history(chain->entries);
	if (chain->of_type)
		scim_close_history(chain->of_type);
}
