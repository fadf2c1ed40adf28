/*
 * since.c
 *		What became of a resource since a version of it.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/jsonb_tree.h"
#include "base/texts.h"
#include "history/fold.h"
#include "history/rights.h"
#include "history/since.h"
#include "miscadmin.h"
#include "utils/snapmgr.h"

static int
compare_names(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

static JsonbValue *
named(List *names)
{
	JsonbValue *array = scim_new_array();
	const char *last = NULL;
	ListCell   *cell;

	list_sort(names, compare_names);
	foreach(cell, names)
	{
		if (last == NULL || strcmp(last, lfirst(cell)) != 0)
			scim_append_text(array, lfirst(cell));
		last = lfirst(cell);
	}
	return array;
}

static void
note_change(ScimSince *since, const ScimHistoryEntry *entry)
{
	ScimSinceChange *change = palloc0(sizeof(ScimSinceChange));

	change->version = entry->version;
	change->at = entry->at;
	change->actor = scim_entry_actor(entry);
	change->principal = scim_entry_principal(entry);
	change->agent = scim_entry_agent(entry);
	change->tool = scim_entry_tool(entry);
	change->changed = scim_entry_changed(entry);
	since->changes = lappend(since->changes, change);
}

/* The entry before; as long as the base can be rebuilt, it is taken back, too. */
static const ScimHistoryEntry *
step_back(ScimSince *since)
{
	ScimPast   *past = &since->past;
	const ScimHistoryEntry *entry;

	if (!since->has_base)
		return scim_chain_back(&past->chain);
	entry = scim_past_entry(past);
	if (entry)
		since->has_base = scim_go_back(past);
	return entry;
}

/* All entries back to the one that led from the version; false: there is none. */
static bool
collect(ScimSince *since, const char *version)
{
	const ScimChain *chain = &since->past.chain;

	for (int i = 0; i < SCIM_SINCE_ENTRIES; i++)
	{
		const ScimHistoryEntry *entry = step_back(since);

		CHECK_FOR_INTERRUPTS();
		if (entry == NULL || !chain->state.linked || chain->state.version == NULL)
			return false;
		note_change(since, entry);
		if (strcmp(chain->state.version, version) == 0)
			return true;
	}
	return false;
}

bool
scim_sees_since(const ScimTarget *target)
{
	return target->table->history && scim_sees_history(target->table, target->tenant);
}

static bool
begin(ScimSince *since, const ScimTarget *target)
{
	memset(since, 0, sizeof(ScimSince));
	since->open = scim_sees_since(target);
	return since->open;
}

static void
open_chain(ScimSince *since, const ScimTarget *target, const ScimRow *row)
{
	scim_open_chain(&since->past.chain, target->tenant, target->type->name, row->id, row->version,
					row->revision);
}

void
scim_open_since(ScimSince *since, const ScimTarget *target, const ScimRow *row,
				const char *version, bool base)
{
	if (!begin(since, target))
		return;
	/* a trigger may be at work, of a call that has changed the resource itself */
	scim_record_pending(target->table, target->tenant, row->id);
	/* the lock may have been waited for: what others wrote meanwhile is in newer snapshots only */
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	since->has_snapshot = true;
	since->has_base = base;
	if (base)
		scim_open_past_of_row(&since->past, target, row);
	else
		open_chain(since, target, row);
	since->told = collect(since, version);
	since->has_base = since->has_base && since->told && scim_is_proven(&since->past);
}

void
scim_open_since_seen(ScimSince *since, const ScimTarget *target, const ScimRow *row,
					 const char *version)
{
	if (!begin(since, target))
		return;
	open_chain(since, target, row);
	since->told = collect(since, version);
}

void
scim_close_since(ScimSince *since)
{
	if (!since->open)
		return;
	since->open = false;
	scim_close_past(&since->past);
	if (since->has_snapshot)
		PopActiveSnapshot();
}

JsonbValue *
scim_changed_since(const ScimSince *since)
{
	List	   *names = NIL;
	ListCell   *cell;
	ListCell   *name;

	if (!since->told)
		return NULL;
	foreach(cell, since->changes)
	{
		foreach(name, ((ScimSinceChange *) lfirst(cell))->changed)
			names = lappend(names, lfirst(name));
	}
	return named(names);
}

const ScimSinceChange *
scim_last_change_of(const ScimSince *since, const char *attribute)
{
	ListCell   *cell;

	foreach(cell, since->changes)
	{
		const ScimSinceChange *change = lfirst(cell);

		if (scim_has_text(change->changed, attribute))
			return change;
	}
	return NULL;
}
