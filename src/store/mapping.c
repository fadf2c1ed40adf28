/*
 * mapping.c
 *		Which columns a registered table has: the mapping and the options that
 *		stand in its trigger's arguments.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "core/jsonb_tree.h"
#include "errors.h"
#include "lib/stringinfo.h"
#include "store/lookup.h"
#include "store/registration.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

const ScimColumnKind scim_column_kinds[SCIM_COLUMNS] = {
	[SCIM_COLUMN_TENANT] = {"tenant", "tenant_id", TEXTOID},
	[SCIM_COLUMN_ID] = {"id", "id", UUIDOID},
	[SCIM_COLUMN_DATA] = {"data", "data", JSONBOID},
	[SCIM_COLUMN_VERSION] = {"version", "version", TEXTOID},
	[SCIM_COLUMN_REVISION] = {"revision", "revision", INT8OID},
	[SCIM_COLUMN_CREATED] = {"created", "created", TIMESTAMPTZOID},
	[SCIM_COLUMN_LAST_MODIFIED] = {"lastModified", "last_modified", TIMESTAMPTZOID},
	[SCIM_COLUMN_PASSWORD] = {"password", "password_hash", TEXTOID},
	[SCIM_COLUMN_MEMBER_COUNT] = {"memberCount", "member_count", INT8OID},
	[SCIM_COLUMN_MEMBER_DIGEST] = {"memberDigest", "member_digest", BYTEAOID},
	[SCIM_COLUMN_DELETED] = {"deleted", NULL, TIMESTAMPTZOID},
};

const ScimColumnKind scim_member_column_kinds[SCIM_MEMBER_COLUMNS] = {
	[SCIM_MEMBER_TENANT] = {"tenant", "tenant_id", TEXTOID},
	[SCIM_MEMBER_GROUP] = {"group", "group_id", UUIDOID},
	[SCIM_MEMBER_TYPE] = {"type", "member_type", TEXTOID},
	[SCIM_MEMBER_ID] = {"member", "member_id", UUIDOID},
	[SCIM_MEMBER_USER] = {"user", "user_id", UUIDOID},
	[SCIM_MEMBER_SUBGROUP] = {"subgroup", "subgroup_id", UUIDOID},
};

bool
scim_has_column(const ScimResourceType *type, ScimColumn column)
{
	switch (column)
	{
		case SCIM_COLUMN_PASSWORD:
			return type->has_password;
		case SCIM_COLUMN_MEMBER_COUNT:
		case SCIM_COLUMN_MEMBER_DIGEST:
			return type->has_members;
		case SCIM_COLUMN_DELETED:
			return false;		/* of a created table */
		default:
			return true;
	}
}

static SCIM_NORETURN void bad_mapping(Relation relation, const char *column, const char *why);

static void
bad_mapping(Relation relation, const char *column, const char *why)
{
	ScimError  *error = scim_error(SCIM_INVALID_MAPPING);

	scim_error_text(error, "relation", RelationGetRelationName(relation));
	scim_error_text(error, "column", column);
	scim_throw(error, "column \"%s\" of table \"%s\" %s", column,
			   RelationGetRelationName(relation), why);
}

AttrNumber
scim_check_column(Relation relation, const char *name, Oid type)
{
	AttrNumber	number = get_attnum(RelationGetRelid(relation), name);

	if (number == InvalidAttrNumber)
		bad_mapping(relation, name, "does not exist");
	if (number < 0 || TupleDescAttr(RelationGetDescr(relation), number - 1)->atttypid != type)
		bad_mapping(relation, name, psprintf("must be of type %s", format_type_be(type)));
	return number;
}

/* An object of JSON text; the caller made or checked it. */
static Jsonb *
parse_object(const char *text, const char *what)
{
	Jsonb	   *jsonb = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));

	if (!JB_ROOT_IS_OBJECT(jsonb))
		scim_throw(scim_error(SCIM_INVALID_MAPPING), "%s must be an object", what);
	return jsonb;
}

static const ScimColumnKind *
column_kinds(const ScimRegistration *registration, int *count)
{
	*count = registration->is_members ? SCIM_MEMBER_COLUMNS : SCIM_COLUMNS;
	return registration->is_members ? scim_member_column_kinds : scim_column_kinds;
}

static int
kind_index(const ScimColumnKind *kinds, int count, const JsonbValue *key)
{
	for (int i = 0; i < count; i++)
	{
		if (scim_string_is(key, kinds[i].key))
			return i;
	}
	return -1;
}

/* The types of ids and tenants follow from those of the columns. */
static void
set_id_types(ScimRegistration *registration)
{
	const Oid  *types = registration->types;

	registration->tenant_type = scim_id_type(types[registration->is_members ? (int) SCIM_MEMBER_TENANT : (int) SCIM_COLUMN_TENANT]);
	registration->id_type = scim_id_type(types[registration->is_members ? (int) SCIM_MEMBER_GROUP : (int) SCIM_COLUMN_ID]);
	if (registration->is_members)
		registration->member_type = scim_id_type(types[SCIM_MEMBER_ID]);
}

void
scim_read_mapping(ScimRegistration *registration, Relation relation, const char *mapping)
{
	Jsonb	   *object = parse_object(mapping, "a mapping");
	const char *names[SCIM_MAX_COLUMNS];
	JsonbContainer *lookups = NULL;
	int			count;
	const ScimColumnKind *kinds = column_kinds(registration, &count);
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	for (int i = 0; i < count; i++)
		names[i] = kinds[i].name;
	scim_walk(&walk, &object->root);
	while (scim_walk_next(&walk, &key, &value))
	{
		int			index = kind_index(kinds, count, &key);

		if (!registration->is_members && scim_string_is(&key, "lookups") && scim_is_object(&value))
		{
			lookups = value.val.binary.data;
			continue;
		}
		if (index < 0 || value.type != jbvString)
			scim_throw(scim_error(SCIM_INVALID_MAPPING),
					   "\"%s\" cannot be mapped: a table has its attributes in the column data",
					   scim_string_copy(&key));
		names[index] = scim_string_copy(&value);
	}
	for (int i = 0; i < count; i++)
	{
		if (!registration->is_members && !scim_has_column(registration->type, i))
			continue;
		registration->numbers[i] = scim_check_column(relation, names[i], kinds[i].type);
		registration->columns[i] = pstrdup(quote_identifier(names[i]));
		registration->types[i] = kinds[i].type;
	}
	set_id_types(registration);
	if (lookups)
		scim_read_lookups(registration, relation, lookups);
}

/* Renames among the columns of an opened object; and of "lookups" within it. */
static bool
rename_columns(JsonbValue *tree, const char *old_name, const char *new_name)
{
	bool		found = false;

	for (int i = 0; i < tree->val.object.nPairs; i++)
	{
		JsonbPair  *pair = &tree->val.object.pairs[i];

		if (scim_string_is(&pair->value, old_name))
		{
			pair->value = scim_text(new_name);
			found = true;
		}
		else if (scim_string_is(&pair->key, "lookups") && scim_is_object(&pair->value))
		{
			pair->value = *scim_open(&pair->value);
			found |= rename_columns(&pair->value, old_name, new_name);
		}
	}
	return found;
}

char *
scim_rename_in_mapping(const char *mapping, const char *old_name, const char *new_name)
{
	Jsonb	   *object = parse_object(mapping, "a mapping");
	JsonbValue	root;
	JsonbValue *tree;
	Jsonb	   *written;

	scim_root(object, &root);
	tree = scim_open(&root);
	if (!rename_columns(tree, old_name, new_name))
		return NULL;
	written = scim_write(tree);
	return JsonbToCString(NULL, &written->root, VARSIZE(written));
}

JsonbContainer *
scim_lookups_of_mapping(const char *mapping)
{
	JsonbValue	lookups;

	if (!scim_find(&parse_object(mapping, "a mapping")->root, "lookups", &lookups) || !scim_is_object(&lookups))
		return NULL;
	return lookups.val.binary.data;
}

char *
scim_set_lookup_in_mapping(const char *mapping, const char *path, const char *column)
{
	JsonbValue	root;
	JsonbValue *tree;
	JsonbValue *lookups;
	Jsonb	   *written;

	scim_root(parse_object(mapping, "a mapping"), &root);
	tree = scim_open(&root);
	lookups = scim_get(tree, "lookups", strlen("lookups"));
	lookups = lookups ? scim_open(lookups) : scim_new_object();
	if (column)
		scim_set_text(lookups, path, column);
	else
		scim_remove(lookups, path, strlen(path));
	scim_set_value(tree, "lookups", lookups);
	written = scim_write(tree);
	return JsonbToCString(NULL, &written->root, VARSIZE(written));
}

/* The arguments as pg_trigger has them, each ended by a zero byte, with another mapping. */
static bytea *
replace_mapping(const Trigger *trigger, const char *mapping)
{
	StringInfoData args;
	bytea	   *result;

	initStringInfo(&args);
	for (int i = 0; i < trigger->tgnargs; i++)
	{
		const char *arg = i == SCIM_MAPPING_ARGUMENT ? mapping : trigger->tgargs[i];

		appendBinaryStringInfo(&args, arg, strlen(arg) + 1);
	}
	result = palloc(VARHDRSZ + args.len);
	SET_VARSIZE(result, VARHDRSZ + args.len);
	memcpy(VARDATA(result), args.data, args.len);
	return result;
}

void
scim_write_mapping(Relation relation, const Trigger *trigger, const char *mapping)
{
	Relation	catalog = table_open(TriggerRelationId, RowExclusiveLock);
	Datum		values[Natts_pg_trigger] = {0};
	bool		nulls[Natts_pg_trigger] = {0};
	bool		replace[Natts_pg_trigger] = {0};
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_trigger_oid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(trigger->tgoid));
	scan = systable_beginscan(catalog, TriggerOidIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "trigger %u is gone", trigger->tgoid);
	values[Anum_pg_trigger_tgargs - 1] = PointerGetDatum(replace_mapping(trigger, mapping));
	replace[Anum_pg_trigger_tgargs - 1] = true;
	tuple = heap_modify_tuple(tuple, RelationGetDescr(catalog), values, nulls, replace);
	CatalogTupleUpdate(catalog, &tuple->t_self, tuple);
	systable_endscan(scan);
	table_close(catalog, RowExclusiveLock);
	CacheInvalidateRelcache(relation);
}

static SCIM_NORETURN void bad_option(const char *text);

static void
bad_option(const char *text)
{
	ScimError  *error = scim_error(SCIM_INVALID_MAPPING);

	scim_error_hint(error, "The options are version_scheme, \"content\" (the default) or \"revision\", and validate, true or false (the default).");
	scim_throw(error, "%s", text);
}

void
scim_read_options(ScimRegistration *registration, const char *options)
{
	Jsonb	   *object = parse_object(options, "options");
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	scim_walk(&walk, &object->root);
	while (scim_walk_next(&walk, &key, &value))
	{
		if (scim_string_is(&key, "validate"))
		{
			if (value.type != jbvBool)
				bad_option("option validate must be true or false");
			registration->validate = value.val.boolean;
			continue;
		}
		if (!scim_string_is(&key, "version_scheme"))
			bad_option(psprintf("option \"%s\" is not known", scim_string_copy(&key)));
		if (!scim_string_is(&value, "content") && !scim_string_is(&value, "revision"))
			bad_option("option version_scheme must be \"content\" or \"revision\"");
		registration->revision_scheme = scim_string_is(&value, "revision");
	}
}
