/*
 * lookup_columns.c
 *		Lookup columns that are there.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "catalog/pg_index.h"
#include "registry/lookup_columns.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

/* ---- indexes ---- */

/* Are the columns of the index the one, with the tenant or alone? */
static bool
keeps_unique(const FormData_pg_index *index, AttrNumber tenant, AttrNumber number)
{
	bool		found = false;

	if (!index->indisunique || !index->indisvalid)
		return false;
	for (int i = 0; i < index->indnkeyatts; i++)
	{
		if (index->indkey.values[i] != number && index->indkey.values[i] != tenant)
			return false;
		found |= index->indkey.values[i] == number;
	}
	return found;
}

Oid
scim_unique_index(Relation relation, AttrNumber tenant, AttrNumber number)
{
	ListCell   *cell;

	foreach(cell, RelationGetIndexList(relation))
	{
		HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(cell)));
		bool		found;

		if (!HeapTupleIsValid(tuple))
			continue;
		found = keeps_unique((Form_pg_index) GETSTRUCT(tuple), tenant, number);
		ReleaseSysCache(tuple);
		if (found)
			return lfirst_oid(cell);
	}
	return InvalidOid;
}

/* Does the index begin so? */
static bool
leads_to(const FormData_pg_index *index, AttrNumber tenant, AttrNumber number)
{
	bool		found = false;

	for (int i = 0; i < index->indnkeyatts && index->indisvalid; i++)
	{
		found |= index->indkey.values[i] == number;
		if (index->indkey.values[i] != tenant)
			break;
	}
	return found;
}

bool
scim_leads_to(Relation relation, AttrNumber tenant, AttrNumber number)
{
	ListCell   *cell;
	bool		found = false;

	foreach(cell, RelationGetIndexList(relation))
	{
		HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(cell)));

		if (!HeapTupleIsValid(tuple))
			continue;
		found |= leads_to((Form_pg_index) GETSTRUCT(tuple), tenant, number);
		ReleaseSysCache(tuple);
	}
	return found;
}

/* ---- reading ---- */

void
scim_read_lookups(ScimRegistration *registration, Relation relation, JsonbContainer *lookups)
{
	TupleDesc	descriptor = RelationGetDescr(relation);
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	scim_walk(&walk, lookups);
	registration->lookups = palloc0(Max(walk.count, 1) * sizeof(ScimLookup));
	while (scim_walk_next(&walk, &key, &value))
	{
		ScimLookup *lookup = &registration->lookups[registration->lookup_count];
		char	   *path_text = scim_string_copy(&key);
		char	   *column;
		ScimPlannedLookup plan;
		AttrNumber	number;

		if (value.type != jbvString)
			scim_throw(scim_error(SCIM_INVALID_MAPPING), "the column of \"%s\" must be a string",
					   path_text);
		column = scim_string_copy(&value);
		number = get_attnum(RelationGetRelid(relation), column);

		/* between a change of the schema and that of the table */
		if (number <= 0 || !scim_plan_path(registration->type, path_text, &plan) ||
			TupleDescAttr(descriptor, number - 1)->atttypid != scim_lookup_types[plan.kind].type)
			continue;
		scim_fill_lookup(lookup, &plan);
		lookup->column = pstrdup(quote_identifier(column));
		lookup->number = number;
		if (lookup->unique)
		{
			lookup->index_relid = scim_unique_index(relation,
													registration->numbers[SCIM_COLUMN_TENANT],
													number);
			lookup->index = get_rel_name(lookup->index_relid);
		}
		registration->lookup_count++;
	}
}

static bool
has_column(const ScimRegistration *registration, const ScimPath *path)
{
	for (int i = 0; i < registration->mapped_count; i++)
	{
		const ScimPath *mapped = &registration->mapped[i].parsed;

		if (mapped->extension == path->extension && mapped->attribute == path->attribute &&
			(mapped->sub == path->sub || mapped->sub == NULL))
			return true;
	}
	return false;
}

/* A visitor */
static bool
read_if_in_data(const ScimPath *path, void *argument)
{
	ScimRegistration *registration = argument;
	ScimPlannedLookup plan;
	size_t		size = (registration->in_data_count + 1) * sizeof(ScimLookup);

	if (!scim_plan_lookup(registration->type, path, &plan) || !plan.unique ||
		has_column(registration, path))
		return false;
	registration->in_data = registration->in_data ? repalloc(registration->in_data, size)
		: palloc(size);
	memset(&registration->in_data[registration->in_data_count], 0, sizeof(ScimLookup));
	scim_fill_lookup(&registration->in_data[registration->in_data_count++], &plan);
	return false;
}

void
scim_read_in_data(ScimRegistration *registration)
{
	scim_visit_attributes(registration->type, read_if_in_data, registration);
}

char *
scim_in_data_sql(const ScimRegistration *registration, const ScimLookup *lookup)
{
	ScimPlannedLookup plan;

	if (!scim_plan_path(registration->type, lookup->path, &plan))
		elog(ERROR, "%s is no attribute any more", lookup->path);
	return scim_lookup_expression(&plan, registration->columns[SCIM_COLUMN_DATA]);
}

const ScimLookup *
scim_find_lookup(const ScimRegistration *registration, const char *path)
{
	for (int i = 0; i < registration->lookup_count; i++)
	{
		if (strcmp(registration->lookups[i].path, path) == 0)
			return &registration->lookups[i];
	}
	return NULL;
}
