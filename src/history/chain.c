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
#include "resource/version.h"
#include "utils/snapmgr.h"

/* ---- as they came ---- */

/*
 * An entry that lacks what each has, or whose operation is none that is known, led
 * nowhere.  (What was refused is not among them.)
 */
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
		chain->of_type = scim_open_history(chain->tenant, chain->type, NULL, chain->read_to,
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
	chain->gone = 0;
	chain->torn = chain->detours = false;
	chain->all_waiting = false;
	chain->place = (ScimChainPlace)
	{
		.seq = entry->seq,
			.state = chain->state
	};
	return true;
}

/* ---- what follows ---- */

/*
 * Can no other entry be one that follows better?  A call that another came between
 * moves the revision only once, so that its last step has that of the one before.
 */
static bool
is_sure(const ScimHistoryEntry *entry, const ScimChainState *state)
{
	return !entry->has_revision || !state->has_revision || entry->revision == state->revision ||
		(scim_is_next_revision(entry->revision, state->revision) && entry->xid == state->xid);
}

/*
 * Without revisions the one that led into the transaction may look like any other: is
 * there one in it that led to what the entry led from?  Nearly always it is the next.
 */
static bool
goes_on(ScimChain *chain, const ScimHistoryEntry *entry)
{
	ScimChainState before = {.version = entry->previous_version};

	for (int i = chain->gone; i < list_length(chain->waiting) || await_another(chain); i++)
	{
		const ScimHistoryEntry *other = list_nth(chain->waiting, i);

		CHECK_FOR_INTERRUPTS();
		if (other != entry && leads_to(other, &before))
			return true;
	}
	return false;
}

/* Of those that lead to what is at hand the last one, by its place; -1: none. */
static int
find_next(ScimChain *chain)
{
	const ScimHistoryEntry *best = NULL;
	int			found = -1;

	for (int i = chain->gone; i < list_length(chain->waiting) || await_another(chain); i++)
	{
		ScimHistoryEntry *entry = list_nth(chain->waiting, i);

		CHECK_FOR_INTERRUPTS();
		if (!leads_to(entry, &chain->state))
			continue;
		if (is_sure(entry, &chain->state) && (entry->has_revision || goes_on(chain, entry)))
			return i;
		if (best && entry->revision <= best->revision)
			continue;
		best = entry;
		found = i;
	}
	return found;
}

/* Takes that one out; nearly always it is the first. */
static ScimHistoryEntry *
take_waiting(ScimChain *chain, int i)
{
	ScimHistoryEntry *entry = list_nth(chain->waiting, i);

	if (i > chain->gone)
	{
		chain->waiting = list_delete_nth_cell(chain->waiting, i);
		chain->torn = true;
	}
	else
		chain->gone++;
	if (chain->gone < list_length(chain->waiting))
		return entry;
	list_free(chain->waiting);
	chain->waiting = NIL;
	chain->gone = 0;
	chain->torn = chain->detours = false;
	return entry;
}

/* It led to the version at hand, but others that led away from that and back are missing? */
static bool
is_behind_gap(const ScimHistoryEntry *entry, const ScimChainState *state)
{
	if (is_sure(entry, state))
		return false;
	return entry->revision < state->revision || entry->xid != state->xid;
}

/* What the entry led from is at hand. */
static void
go_back(ScimChainState *state, const ScimHistoryEntry *entry)
{
	bool		goes = entry->operation == SCIM_HISTORY_DELETE;

	state->version = entry->previous_version;
	state->has_revision = entry->has_revision && entry->previous_version;
	/* none is before the least one */
	state->revision = goes ? entry->revision : Max(entry->revision, PG_INT64_MIN + 1) - 1;
	/* what it was is not known */
	if (entry->operation == SCIM_HISTORY_TRUNCATE || entry->operation == SCIM_HISTORY_REMAPPED ||
		(entry->previous_version == NULL) != (entry->operation == SCIM_HISTORY_CREATE) ||
		(entry->version == NULL) != goes)
		state->linked = false;
}

/* ---- what is left over ---- */

static int
compare_versions(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* The versions that those which wait led to, or from, in order; that of nothing is empty. */
static const char **
sort_versions(const ScimChain *chain, bool from)
{
	int			count = list_length(chain->waiting) - chain->gone;
	const char **versions = palloc_extended(count * sizeof(char *), MCXT_ALLOC_HUGE);

	for (int i = 0; i < count; i++)
	{
		const ScimHistoryEntry *entry = list_nth(chain->waiting, chain->gone + i);
		const char *version = from ? entry->previous_version : entry->version;

		versions[i] = version ? version : "";
	}
	qsort(versions, count, sizeof(char *), compare_versions);
	return versions;
}

/*
 * Did all that wait, as nothing more of the transaction is to come, lead away from
 * somewhere and back?  Then nothing is missing, but the way that was chosen through
 * what is the same in between did not go there.
 */
static bool
are_detours(const ScimChain *chain)
{
	int			count = list_length(chain->waiting) - chain->gone;
	const char **to;
	const char **from;
	bool		same = chain->state.xid == chain->xid;

	if (!same)
		return false;
	to = sort_versions(chain, false);
	from = sort_versions(chain, true);
	for (int i = 0; same && i < count; i++)
	{
		const ScimHistoryEntry *entry = list_nth(chain->waiting, chain->gone + i);

		same = strcmp(to[i], from[i]) == 0 && entry->operation <= SCIM_HISTORY_DELETE;
	}
	pfree(to);
	pfree(from);
	return same;
}

/* ---- backwards ---- */

/*
 * Whoever goes on from here need not find again what was taken, if nothing waits; or
 * what waits stands as it came, and will be taken so.
 */
static void
forget_taken(ScimChain *chain)
{
	int64		seq = chain->read_to - 1;

	if (chain->waiting && !chain->state.linked && !chain->torn)
		seq = ((ScimHistoryEntry *) list_nth(chain->waiting, chain->gone))->seq;
	else if (chain->waiting || chain->ahead || chain->next)
		return;
	chain->place = (ScimChainPlace)
	{
		.seq = seq,
			.state = chain->state
	};
}

/* What does not follow, of which the order is that in which it came. */
static void
pass_by(ScimChain *chain)
{
	if (!chain->detours)
		chain->detours = chain->state.linked && are_detours(chain);
	chain->state.linked = chain->state.linked && chain->detours;
	chain->state.gap = true;
}

const ScimHistoryEntry *
scim_chain_back(ScimChain *chain)
{
	ScimHistoryEntry *entry;
	int			next = -1;

	if (chain->waiting == NIL && !await_another(chain) && !begin_transaction(chain))
		return NULL;
	if (chain->state.linked && !chain->detours)
		next = find_next(chain);
	chain->follows = next >= 0;
	if (!chain->follows)
		pass_by(chain);
	entry = take_waiting(chain, chain->follows ? next : chain->gone);
	if (chain->follows)
	{
		chain->state.gap |= is_behind_gap(entry, &chain->state);
		go_back(&chain->state, entry);
	}
	chain->state.xid = entry->xid;
	chain->place.taken++;
	chain->last = entry;
	forget_taken(chain);
	return entry;
}

void
scim_chain_to_end(ScimChain *chain)
{
	ScimHistoryEntry *behind = NULL;

	while (scim_chain_back(chain) != NULL)
	{
		CHECK_FOR_INTERRUPTS();
		/* of what is at hand, only the last entry's word is asked for once more */
		if (behind)
			scim_free_entry(behind);
		behind = chain->last;
	}
}

bool
scim_chain_is_complete(const ScimChain *chain)
{
	return chain->state.linked && !chain->state.gap && chain->state.version == NULL;
}

bool
scim_chain_still_has(const ScimChain *chain, const char *id, int64 seq)
{
	ScimHistoryReader *reader = scim_open_history(chain->tenant, chain->type, id, seq,
												  GetActiveSnapshot());
	const ScimHistoryEntry *entry = scim_next_entry(reader);
	bool		has = entry && entry->seq == seq && seq > chain->begins;

	scim_close_history(reader);
	return has;
}

/* ---- beginning and end ---- */

static void
open_readers(ScimChain *chain, const char *tenant, const char *type, const char *id,
			 int64 up_to)
{
	memset(chain, 0, sizeof(ScimChain));
	chain->tenant = tenant;
	chain->type = type;
	chain->begins = scim_history_begins(tenant, type);
	chain->all_waiting = true;
	chain->read_to = up_to == PG_INT64_MAX ? up_to : up_to + 1;
	chain->entries = scim_open_history(tenant, type, id, up_to, GetActiveSnapshot());
}

void
scim_open_chain(ScimChain *chain, const char *tenant, const char *type, const char *id,
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
scim_open_chain_at(ScimChain *chain, const char *tenant, const char *type,
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
