/*
 * unique_names.c
 *		Which attributes of a table's resources stand in unique indexes.
 *
 * An application may keep more apart than schemas ask for, so indexes are asked, not
 * schemas alone.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "catalog/pg_index.h"
#include "optimizer/optimizer.h"
#include "registry/index.h"
#include "registry/unique_names.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"

/* ---- columns ---- */

static Bitmapset *
add_column(Bitmapset *columns, AttrNumber number)
{
	return number == InvalidAttrNumber ? columns
		: bms_add_member(columns, number - FirstLowInvalidHeapAttributeNumber);
}

/* Those by which rows come into the index: of its keys, and of its condition. */
static Bitmapset *
columns_of(Oid index, HeapTuple tuple)
{
	Bitmapset  *columns = scim_index_columns(index);
	bool		isnull;
	Datum		condition = SysCacheGetAttr(INDEXRELID, tuple, Anum_pg_index_indpred, &isnull);

	if (!isnull)
		pull_varattnos(stringToNode(TextDatumGetCString(condition)), 1, &columns);
	return columns;
}

/* The same if it keeps rows apart, else NULL. */
static Bitmapset *
unique_columns(Oid index)
{
	HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(index));
	Bitmapset  *columns = NULL;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	if (((Form_pg_index) GETSTRUCT(tuple))->indisunique ||
		((Form_pg_index) GETSTRUCT(tuple))->indisexclusion)
		columns = columns_of(index, tuple);
	ReleaseSysCache(tuple);
	return columns;
}

static void
read_indexes(const ScimRegistration *registration, ScimUniqueNames *unique)
{
	Relation	relation = table_open(registration->relid, AccessShareLock);
	Bitmapset  *keys = add_column(add_column(NULL, registration->numbers[SCIM_COLUMN_ID]),
								  registration->numbers[SCIM_COLUMN_TENANT]);
	List	   *indexes = RelationGetIndexList(relation);
	ListCell   *cell;

	foreach(cell, indexes)
	{
		Bitmapset  *columns = bms_difference(unique_columns(lfirst_oid(cell)), keys);

		if (bms_is_empty(columns))
			continue;
		unique->indexes++;
		unique->columns = bms_join(unique->columns, columns);
	}
	list_free(indexes);
	table_close(relation, AccessShareLock);
	unique->any = scim_is_in_unique_index(unique, registration->numbers[SCIM_COLUMN_DATA]);
}

bool
scim_is_in_unique_index(const ScimUniqueNames *unique, AttrNumber number)
{
	return number != InvalidAttrNumber &&
		bms_is_member(number - FirstLowInvalidHeapAttributeNumber, unique->columns);
}

/* ---- names ---- */

static void
add_name(ScimUniqueNames *unique, const char *name)
{
	if (unique->names == NULL)
		unique->names = palloc(sizeof(char *));
	else
		unique->names = repalloc(unique->names, (unique->count + 1) * sizeof(char *));
	unique->names[unique->count++] = pstrdup(name);
}

static void
add_lookups(ScimUniqueNames *unique, const ScimLookup *lookups, int count)
{
	for (int i = 0; i < count; i++)
	{
		const ScimLookup *lookup = &lookups[i];

		if (!lookup->unique && !scim_is_in_unique_index(unique, lookup->number))
			continue;
		for (int key = 0; lookup->keys[key]; key++)
			add_name(unique, lookup->keys[key]);
	}
}

static void
add_mapped(ScimUniqueNames *unique, const ScimRegistration *registration)
{
	for (int i = 0; i < registration->mapped_count; i++)
	{
		const ScimMappedColumn *column = &registration->mapped[i];

		if (column->read_only ||
			!(column->unique || scim_is_in_unique_index(unique, column->number)))
			continue;
		if (column->parsed.extension)
			add_name(unique, column->parsed.extension->urn);
		if (column->parsed.attribute)
			add_name(unique, column->parsed.attribute->name);
	}
}

/* Lives as long as the registration, which goes when an index comes. */
const ScimUniqueNames *
scim_unique_names(const ScimRegistration *registration)
{
	ScimUniqueNames *unique = registration->unique_names;
	MemoryContext old;

	if (unique)
		return unique;
	old = MemoryContextSwitchTo(GetMemoryChunkContext(registration->table));
	unique = palloc0(sizeof(ScimUniqueNames));
	read_indexes(registration, unique);
	add_lookups(unique, registration->lookups, registration->lookup_count);
	add_lookups(unique, registration->in_data, registration->in_data_count);
	add_mapped(unique, registration);
	MemoryContextSwitchTo(old);
	unconstify(ScimRegistration *, registration)->unique_names = unique;
	return unique;
}

bool
scim_may_name_unique(const ScimUniqueNames *unique, const char *text, int length)
{
	for (int i = 0; i < unique->count; i++)
	{
		int			name = strlen(unique->names[i]);

		for (int start = 0; start + name <= length; start++)
		{
			if (pg_strncasecmp(text + start, unique->names[i], name) == 0)
				return true;
		}
	}
	return unique->any;
}
