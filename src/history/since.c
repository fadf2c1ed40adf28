/*
 * since.c
 *		What of a resource was changed since a version of it: for who was told that
 *		his version is stale.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/jsonb_tree.h"
#include "history/chain.h"
#include "history/rights.h"
#include "history/since.h"
#include "utils/snapmgr.h"

/* Further back nobody looks for what may be no version of the resource at all. */
#define MOST_ENTRIES 1000

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

/* The names in all entries back to the one that led from the version; false: there is none. */
static bool
collect(ScimChain *chain, const char *version, List **names)
{
	for (int i = 0; i < MOST_ENTRIES; i++)
	{
		const ScimHistoryEntry *entry = scim_chain_back(chain);

		if (entry == NULL || !chain->state.linked || chain->state.version == NULL)
			return false;
		*names = list_concat(*names, scim_entry_changed(entry));
		if (strcmp(chain->state.version, version) == 0)
			return true;
	}
	return false;
}

JsonbValue *
scim_changed_since(const ScimTarget *target, const ScimRow *row, const char *version)
{
	ScimChain	chain;
	List	   *names = NIL;
	bool		found;

	if (!scim_sees_history(target->table, target->tenant))
		return NULL;
	/* the lock may have been waited for: what others wrote meanwhile is in newer snapshots only */
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	scim_open_chain(&chain, target->tenant, target->type, row->id, row->version, row->revision);
	found = collect(&chain, version, &names);
	scim_close_chain(&chain);
	PopActiveSnapshot();
	return found ? named(names) : NULL;
}
