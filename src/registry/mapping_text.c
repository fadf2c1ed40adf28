/*
 * mapping_text.c
 *		The mapping as it is stored, in the arguments of a trigger: how it is
 *		changed there when a column is renamed, or a lookup comes or goes.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "base/jsonb_tree.h"
#include "catalog/indexing.h"
#include "catalog/pg_trigger.h"
#include "lib/stringinfo.h"
#include "registry/mapping_error.h"
#include "registry/mapping_text.h"
#include "registry/our_trigger.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/rel.h"

/* ---- renaming ---- */

/* The column that stands for a key, by name or as "column" of an object, if it is that one. */
static bool
rename_column(JsonbValue *value, const char *old_name, const char *new_name)
{
	JsonbValue *column;

	if (scim_string_is(value, old_name))
	{
		*value = scim_text(new_name);
		return true;
	}
	if (!scim_is_object(value))
		return false;
	*value = *scim_open(value);
	column = scim_get(value, "column", strlen("column"));
	if (column == NULL || !scim_string_is(column, old_name))
		return false;
	*column = scim_text(new_name);
	return true;
}

/* All columns of an opened object; those of the attributes and lookups stand in objects within. */
static bool
rename_columns(JsonbValue *tree, const char *old_name, const char *new_name)
{
	bool		found = false;

	for (int i = 0; i < tree->val.object.nPairs; i++)
	{
		JsonbPair  *pair = &tree->val.object.pairs[i];

		if ((scim_string_is(&pair->key, "lookups") || scim_string_is(&pair->key, "attributes")) &&
			scim_is_object(&pair->value))
		{
			pair->value = *scim_open(&pair->value);
			for (int j = 0; j < pair->value.val.object.nPairs; j++)
				found |= rename_column(&pair->value.val.object.pairs[j].value, old_name, new_name);
		}
		else
			found |= rename_column(&pair->value, old_name, new_name);
	}
	return found;
}

/* A mapping as a tree that can be changed. */
static JsonbValue *
open_mapping(const char *mapping)
{
	JsonbValue	root;

	scim_root(scim_parse_object(mapping, "a mapping"), &root);
	return scim_open(&root);
}

char *
scim_rename_in_mapping(const char *mapping, const char *old_name, const char *new_name)
{
	JsonbValue *tree = open_mapping(mapping);

	return rename_columns(tree, old_name, new_name) ? scim_jsonb_text(tree) : NULL;
}

bool
scim_maps_column(const char *mapping, const char *column)
{
	JsonbValue *tree = open_mapping(mapping);

	scim_remove(tree, "lookups", strlen("lookups"));
	return rename_columns(tree, column, column);
}

/* ---- lookups ---- */

JsonbContainer *
scim_lookups_of_mapping(const char *mapping)
{
	JsonbValue	lookups;

	if (!scim_find(&scim_parse_object(mapping, "a mapping")->root, "lookups", &lookups) ||
		!scim_is_object(&lookups))
		return NULL;
	return lookups.val.binary.data;
}

char *
scim_set_lookup_in_mapping(const char *mapping, const char *path, const char *column)
{
	JsonbValue *tree = open_mapping(mapping);
	JsonbValue *lookups = scim_get(tree, "lookups", strlen("lookups"));

	lookups = lookups ? scim_open(lookups) : scim_new_object();
	if (column)
		scim_set_text(lookups, path, column);
	else
		scim_remove(lookups, path, strlen(path));
	scim_set_value(tree, "lookups", lookups);
	return scim_jsonb_text(tree);
}

/* ---- the trigger's arguments ---- */

/*
 * As pg_trigger has them, each ended by a zero byte, with another mapping and
 * other options (NULL: as they are).
 */
static bytea *
replace_arguments(const Trigger *trigger, const char *mapping, const char *options)
{
	StringInfoData args;
	bytea	   *result;

	initStringInfo(&args);
	for (int i = 0; i < trigger->tgnargs; i++)
	{
		const char *arg = trigger->tgargs[i];

		if (i == SCIM_MAPPING_ARGUMENT && mapping)
			arg = mapping;
		else if (i == SCIM_OPTIONS_ARGUMENT && options)
			arg = options;
		appendBinaryStringInfo(&args, arg, strlen(arg) + 1);
	}
	result = palloc(VARHDRSZ + args.len);
	SET_VARSIZE(result, VARHDRSZ + args.len);
	memcpy(VARDATA(result), args.data, args.len);
	return result;
}

void
scim_write_arguments(Relation relation, const Trigger *trigger, const char *mapping,
					 const char *options)
{
	Relation	catalog = table_open(TriggerRelationId, RowExclusiveLock);
	Datum		values[Natts_pg_trigger] = {0};
	bool		nulls[Natts_pg_trigger] = {0};
	bool		replace[Natts_pg_trigger] = {0};
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	bytea	   *arguments;

	ScanKeyInit(&key, Anum_pg_trigger_oid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(trigger->tgoid));
	scan = systable_beginscan(catalog, TriggerOidIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "trigger %u is gone", trigger->tgoid);
	arguments = replace_arguments(trigger, mapping, options);
	values[Anum_pg_trigger_tgargs - 1] = PointerGetDatum(arguments);
	replace[Anum_pg_trigger_tgargs - 1] = true;
	tuple = heap_modify_tuple(tuple, RelationGetDescr(catalog), values, nulls, replace);
	CatalogTupleUpdate(catalog, &tuple->t_self, tuple);
	systable_endscan(scan);
	table_close(catalog, RowExclusiveLock);
	CacheInvalidateRelcache(relation);
}

void
scim_write_mapping(Relation relation, const Trigger *trigger, const char *mapping)
{
	scim_write_arguments(relation, trigger, mapping, NULL);
}
