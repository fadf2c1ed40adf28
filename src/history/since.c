/*
 * since.c
 *		What became of a resource since a version of it.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/jsonb_tree.h"
#include "history/rights.h"
#include "history/since.h"
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
	change->agent = scim_entry_agent(entry);
	change->tool = scim_entry_tool(entry);
	change->changed = scim_entry_changed(entry);
	since->changes = lappend(since->changes, change);
}

/* All entries back to the one that led from the version; false: there is none. */
static bool
collect(ScimSince *since, const char *version)
{
	ScimChain  *chain = &since->past.chain;

	for (int i = 0; i < SCIM_SINCE_ENTRIES; i++)
	{
		const ScimHistoryEntry *entry = scim_chain_back(chain);

		if (entry == NULL || !chain->state.linked || chain->state.version == NULL)
			return false;
		note_change(since, entry);
		if (strcmp(chain->state.version, version) == 0)
			return true;
	}
	return false;
}

void
scim_open_since(ScimSince *since, const ScimTarget *target, const ScimRow *row,
				const char *version, bool base)
{
	memset(since, 0, sizeof(ScimSince));
	if (!scim_sees_history(target->table, target->tenant))
		return;
	/* the lock may have been waited for: what others wrote meanwhile is in newer snapshots only */
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	since->open = true;
	scim_open_chain(&since->past.chain, target->tenant, target->type, row->id, row->version,
					row->revision);
	since->told = collect(since, version);
}

void
scim_close_since(ScimSince *since)
{
	if (!since->open)
		return;
	since->open = false;
	scim_close_past(&since->past);
	PopActiveSnapshot();
}

JsonbValue *
scim_changed_since(const ScimSince *since)
{
	List	   *names = NIL;
	ListCell   *cell;

	if (!since->told)
		return NULL;
	foreach(cell, since->changes)
		names = list_concat_copy(names, ((ScimSinceChange *) lfirst(cell))->changed);
	return named(names);
}

const ScimSinceChange *
scim_last_change_of(const ScimSince *since, const char *attribute)
{
	ListCell   *cell;
	ListCell   *name;

	foreach(cell, since->changes)
	{
		const ScimSinceChange *change = lfirst(cell);

		foreach(name, change->changed)
		{
			if (strcmp(lfirst(name), attribute) == 0)
				return change;
		}
	}
	return NULL;
}
