/*
 * tally.c
 *		Members, each with a number.
 *
 * There may be very many, or few in each of very many tallies: one begins small,
 * and is looked up by a hash once it holds more than a few.
 */
#include "postgres.h"

#include "history/tally.h"
#include "utils/memutils.h"

/* So few are compared one by one. */
#define FEW 8

static uint64
hash_of(const char *id)
{
	return scim_text_hash(id, strlen(id));
}

static bool
is_of(const ScimTallied *item, const char *type, const char *id)
{
	return strcmp(item->id, id) == 0 && strcmp(item->type, type) == 0;
}

ScimTallied *
scim_find_tallied(const ScimTally *tally, const char *type, const char *id)
{
	if (tally->count <= FEW)
	{
		for (int i = 0; i < tally->count; i++)
		{
			if (is_of(&tally->items[i], type, id))
				return &tally->items[i];
		}
		return NULL;
	}
	for (const ScimFound *found = scim_finder_first(&tally->finder, hash_of(id)); found;
		 found = scim_finder_next(&tally->finder, found))
	{
		if (is_of(&tally->items[found->item], type, id))
			return &tally->items[found->item];
	}
	return NULL;
}

static void
clear_finder(ScimTally *tally)
{
	if (tally->finder.entries)
	{
		pfree(tally->finder.entries);
		pfree(tally->finder.buckets);
	}
	memset(&tally->finder, 0, sizeof(ScimFinder));
}

/* Those from the first one on. */
static void
add_to_finder(ScimTally *tally, int first)
{
	for (int i = first; i < tally->count; i++)
		scim_finder_add(&tally->finder, hash_of(tally->items[i].id), i);
}

static void
make_room(ScimTally *tally)
{
	if (tally->count < tally->room)
		return;
	tally->room = Max(4, 2 * tally->room);
	tally->items = tally->items
		? repalloc_huge(tally->items, tally->room * sizeof(ScimTallied))
		: palloc(tally->room * sizeof(ScimTallied));
}

static char *
copy_text(ScimTally *tally, const char *text)
{
	tally->bytes += strlen(text);
	return pstrdup(text);
}

ScimTallied *
scim_add_tallied(ScimTally *tally, const char *type, const char *id)
{
	ScimTallied *item;

	make_room(tally);
	item = &tally->items[tally->count];
	if (tally->count > 0 && strcmp(item[-1].type, type) == 0)
		item->type = item[-1].type;
	else
		item->type = copy_text(tally, type);
	item->id = copy_text(tally, id);
	item->net = 0;
	tally->count++;
	if (tally->count > FEW)
		add_to_finder(tally, tally->count == FEW + 1 ? 0 : tally->count - 1);
	return item;
}

/* Types are few, and shared: they stay. */
static void
free_item(ScimTally *tally, ScimTallied *item)
{
	tally->bytes -= strlen(item->id);
	pfree(item->id);
}

void
scim_pack_tally(ScimTally *tally)
{
	int			kept = 0;

	for (int i = 0; i < tally->count; i++)
	{
		if (tally->items[i].net != 0)
			tally->items[kept++] = tally->items[i];
		else
			free_item(tally, &tally->items[i]);
	}
	tally->count = kept;
	clear_finder(tally);
	if (kept > FEW)
		add_to_finder(tally, 0);
}

void
scim_clear_tally(ScimTally *tally)
{
	for (int i = 0; i < tally->count; i++)
		free_item(tally, &tally->items[i]);
	if (tally->items)
		pfree(tally->items);
	clear_finder(tally);
	memset(tally, 0, sizeof(ScimTally));
}
