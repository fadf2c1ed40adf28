/*
 * mapping.c
 *		Which columns a registered table has: the mapping that stands in its
 *		trigger's arguments.
 *
 * A table that scim_create_table made has columns of fixed types, and its
 * attributes in one document; of another one the mapping says which column
 * holds what, in mapping_columns.c for attributes.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_type.h"
#include "registry/lookup_columns.h"
#include "registry/mapping.h"
#include "registry/mapping_columns.h"
#include "registry/mapping_error.h"
#include "registry/mapping_words.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/* Of a mapped table: what a column can be.  No types: those of ids. */
typedef struct MappedKind
{
	Oid			types[4];
	Oid			numbers[3];		/* with a format */
	int			min_length;		/* of varchar(n) */
	int			words;			/* SCIM_WORD_... */
} MappedKind;

#define INSTANTS TIMESTAMPTZOID, TIMESTAMPOID, DATEOID
#define INSTANT_WORDS (SCIM_WORD_FORMAT | SCIM_WORD_MODE)

static const MappedKind mapped_kinds[SCIM_COLUMNS] = {
	[SCIM_COLUMN_TENANT] = {{InvalidOid}},
	[SCIM_COLUMN_ID] = {{InvalidOid}},
	[SCIM_COLUMN_DATA] = {{JSONBOID}},
	[SCIM_COLUMN_VERSION] = {{TEXTOID, VARCHAROID}, .min_length = 12},
	[SCIM_COLUMN_REVISION] = {{INT8OID, INT4OID, INT2OID}},
	[SCIM_COLUMN_CREATED] = {{INSTANTS}, {INT8OID, NUMERICOID, INT4OID}, .words = INSTANT_WORDS},
	[SCIM_COLUMN_LAST_MODIFIED] = {{INSTANTS},
	{INT8OID, NUMERICOID, INT4OID},
	.words = INSTANT_WORDS},
	[SCIM_COLUMN_PASSWORD] = {{TEXTOID, VARCHAROID}, .min_length = 60},
	[SCIM_COLUMN_MEMBER_COUNT] = {{INT8OID}},
	[SCIM_COLUMN_MEMBER_DIGEST] = {{BYTEAOID}},
	[SCIM_COLUMN_DELETED] = {{TIMESTAMPTZOID, TIMESTAMPOID, BOOLOID},
	{INT8OID, NUMERICOID, INT4OID},
	.words = INSTANT_WORDS},
};

/* ---- columns ---- */

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

static void
set_column(ScimRegistration *registration, int i, const FormData_pg_attribute *attribute)
{
	registration->numbers[i] = attribute->attnum;
	registration->columns[i] = pstrdup(quote_identifier(NameStr(attribute->attname)));
	registration->types[i] = getBaseType(attribute->atttypid);
}

/* The type of what the column holds, if there is one. */
static const ScimIdType *
id_type(const ScimRegistration *registration, int column)
{
	return registration->columns[column] ? scim_id_type(registration->types[column]) : NULL;
}

static void
set_id_types(ScimRegistration *registration)
{
	if (registration->is_members)
	{
		registration->tenant_type = id_type(registration, SCIM_MEMBER_TENANT);
		registration->id_type = id_type(registration, SCIM_MEMBER_GROUP);
		registration->member_type = id_type(registration, SCIM_MEMBER_ID);
		return;
	}
	registration->tenant_type = id_type(registration, SCIM_COLUMN_TENANT);
	registration->id_type = id_type(registration, SCIM_COLUMN_ID);
}

/* ---- tables as scim_create_table makes them ---- */

/* Names of columns; those that the mapping leaves out are the default ones. */
static void
read_created(ScimRegistration *registration, Relation relation, JsonbContainer *mapping,
			 const ScimColumnKind *kinds, int count)
{
	const char *names[SCIM_MAX_COLUMNS];
	JsonbContainer *lookups = NULL;
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	for (int i = 0; i < count; i++)
		names[i] = kinds[i].name;
	scim_walk(&walk, mapping);
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
		scim_check_column(relation, names[i], kinds[i].type);
		set_column(registration, i, scim_mapped_attribute(relation, names[i]));
	}
	if (lookups)
		scim_read_lookups(registration, relation, lookups);
}

/* ---- mapped tables ---- */

static bool
is_among(Oid type, const Oid *types, int count)
{
	for (int i = 0; i < count && OidIsValid(types[i]); i++)
	{
		if (types[i] == type)
			return true;
	}
	return false;
}

/* "integer, bigint or uuid" */
static char *
list_types(const Oid *types, int count)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < count && OidIsValid(types[i]); i++)
	{
		bool		last = i + 1 == count || !OidIsValid(types[i + 1]);

		appendStringInfo(&text, "%s%s",
						 i == 0 ? ""
						 : last ? " or "
						 : ", ",
						 format_type_be(types[i]));
	}
	return text.data;
}

/* A type that ids can have: without it nobody could name them. */
static void
check_id_column(Relation relation, const FormData_pg_attribute *attribute, bool is_id)
{
	const char *name = NameStr(attribute->attname);

	if (scim_id_type(attribute->atttypid) == NULL)
		scim_bad_mapping(relation, name,
						 "is of type %s: %s can be smallint, integer, bigint, uuid, text or "
						 "varchar",
						 format_type_be(attribute->atttypid), is_id ? "ids" : "tenants");
	if (OidIsValid(attribute->attcollation) &&
		!get_collation_isdeterministic(attribute->attcollation))
		scim_bad_mapping(relation, name,
						 "has a nondeterministic collation, by which different %s are equal",
						 is_id ? "ids" : "tenants");
}

static void
check_kind(Relation relation, const FormData_pg_attribute *attribute, const MappedKind *kind,
		   const ScimColumnWords *words)
{
	const char *name = NameStr(attribute->attname);
	int32		typmod = attribute->atttypmod;
	Oid			type = getBaseTypeAndTypmod(attribute->atttypid, &typmod);
	bool		is_number = words->format != SCIM_FORMAT_PLAIN;
	const Oid  *types = is_number ? kind->numbers : kind->types;
	int			count = is_number ? lengthof(kind->numbers) : lengthof(kind->types);

	if (is_number && type == INT4OID && words->format == SCIM_FORMAT_EPOCH_MILLISECONDS)
		scim_bad_mapping(relation, name, "is of type integer, which is too small for milliseconds");
	if (!is_among(type, types, count))
	{
		if (!is_number && is_among(type, kind->numbers, lengthof(kind->numbers)))
			scim_bad_mapping(relation, name,
							 "is of type %s: the mapping must say its format, \"epoch_seconds\" or "
							 "\"epoch_milliseconds\"",
							 format_type_be(attribute->atttypid));
		scim_bad_mapping(relation, name, "is of type %s: %s must be %-s",
						 format_type_be(attribute->atttypid), is_number ? "with a format it" : "it",
						 list_types(types, count));
	}
	if (kind->min_length > 0 && type == VARCHAROID && typmod >= 0 &&
		typmod - VARHDRSZ < kind->min_length)
		scim_bad_mapping(relation, name, "is too short: it must hold %d characters",
						 kind->min_length);
}

/* One of the columns with a meaning of their own. */
static void
read_fixed(ScimRegistration *registration, Relation relation, int i, const JsonbValue *value)
{
	const MappedKind *kind = &mapped_kinds[i];
	const char *key = scim_column_kinds[i].key;
	ScimColumnWords words;
	const FormData_pg_attribute *attribute;

	if (i != SCIM_COLUMN_DELETED && !scim_has_column(registration->type, i))
		scim_bad_mapping(relation, NULL, "\"%s\" cannot be mapped: a resource of type %s has none",
						 key, registration->type->name);
	scim_read_column_words(relation, key, value, kind->words, &words);
	attribute = scim_mapped_attribute(relation, words.column);
	if (i == SCIM_COLUMN_ID || i == SCIM_COLUMN_TENANT)
		check_id_column(relation, attribute, i == SCIM_COLUMN_ID);
	else
		check_kind(relation, attribute, kind, &words);
	if (!words.read_only)
		scim_check_written(relation, attribute, i == SCIM_COLUMN_ID, kind->words != 0);
	set_column(registration, i, attribute);
	registration->formats[i] = words.format;
	registration->read_only[i] = words.read_only;
}

/* "tenant": a column, or {"value": ...}: the one that all rows belong to. */
static void
read_tenant(ScimRegistration *registration, Relation relation, const JsonbValue *value)
{
	JsonbValue	constant;

	if (!scim_is_object(value) || !scim_find(value->val.binary.data, "value", &constant))
	{
		read_fixed(registration, relation, SCIM_COLUMN_TENANT, value);
		return;
	}
	if (JsonContainerSize(value->val.binary.data) != 1 || constant.type != jbvString ||
		constant.val.string.len == 0)
		scim_bad_mapping(relation, NULL,
						 "\"tenant\" must be the name of a column, or {\"value\": \"...\"} with "
						 "the one tenant of all rows");
	registration->tenant = scim_string_copy(&constant);
}

static SCIM_NORETURN void unknown_key(Relation relation, const JsonbValue *key);

static void
unknown_key(Relation relation, const JsonbValue *key)
{
	StringInfoData known;

	initStringInfo(&known);
	for (int i = 0; i < SCIM_COLUMNS; i++)
		appendStringInfo(&known, "%s, ", scim_column_kinds[i].key);
	scim_bad_mapping(relation, NULL, "\"%s\" is no key of a mapping: there are %-sattributes",
					 scim_string_copy(key), known.data);
}

/* What goes only together. */
static void
check_together(const ScimRegistration *registration, Relation relation)
{
	if (registration->columns[SCIM_COLUMN_ID] == NULL)
		scim_bad_mapping(relation, NULL, "the mapping must name the column of the \"id\"");
	if (registration->columns[SCIM_COLUMN_PASSWORD] &&
		registration->columns[SCIM_COLUMN_VERSION] == NULL)
		scim_bad_mapping(relation, NULL,
						 "with a \"password\" the mapping must have a \"version\": from one that "
						 "is computed in the open, the password could be guessed");
	if ((registration->columns[SCIM_COLUMN_MEMBER_COUNT] == NULL) !=
		(registration->columns[SCIM_COLUMN_MEMBER_DIGEST] == NULL))
		scim_bad_mapping(relation, NULL, "\"memberCount\" and \"memberDigest\" go together");
}

static void
read_mapped(ScimRegistration *registration, Relation relation, JsonbContainer *mapping)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;
	JsonbContainer *attributes = NULL;

	scim_walk(&walk, mapping);
	while (scim_walk_next(&walk, &key, &value))
	{
		int			i = kind_index(scim_column_kinds, SCIM_COLUMNS, &key);

		if (scim_string_is(&key, "attributes"))
		{
			if (!scim_is_object(&value))
				scim_bad_mapping(relation, NULL,
								 "\"attributes\" must be an object of attribute paths and columns");
			attributes = value.val.binary.data;
		}
		else if (i < 0)
			unknown_key(relation, &key);
		else if (i == SCIM_COLUMN_TENANT)
			read_tenant(registration, relation, &value);
		else
			read_fixed(registration, relation, i, &value);
	}
	check_together(registration, relation);
	if (registration->columns[SCIM_COLUMN_TENANT] == NULL && registration->tenant == NULL)
		registration->tenant = pstrdup("default");
	if (attributes)
		scim_read_mapped_columns(registration, relation, attributes);
	if (registration->columns[SCIM_COLUMN_DATA])
		scim_read_in_data(registration);
}

/*
 * A join table of people's own: its members are users, so that the member's
 * column is the user's.
 */
static void
read_mapped_members(ScimRegistration *registration, Relation relation, JsonbContainer *mapping)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	scim_walk(&walk, mapping);
	while (scim_walk_next(&walk, &key, &value))
	{
		int			i = kind_index(scim_member_column_kinds, SCIM_MEMBER_COLUMNS, &key);
		ScimColumnWords words;
		const FormData_pg_attribute *attribute;

		if (i != SCIM_MEMBER_TENANT && i != SCIM_MEMBER_GROUP && i != SCIM_MEMBER_ID)
			scim_bad_mapping(relation, NULL,
							 "\"%s\" is no key of the mapping of a membership table: there are "
							 "tenant, group, member",
							 scim_string_copy(&key));
		scim_read_column_words(relation, scim_member_column_kinds[i].key, &value, 0, &words);
		attribute = scim_mapped_attribute(relation, words.column);
		check_id_column(relation, attribute, i != SCIM_MEMBER_TENANT);
		scim_check_written(relation, attribute, false, false);
		set_column(registration, i, attribute);
		if (i == SCIM_MEMBER_ID)
			set_column(registration, SCIM_MEMBER_USER, attribute);
	}
	if (registration->columns[SCIM_MEMBER_GROUP] == NULL ||
		registration->columns[SCIM_MEMBER_ID] == NULL)
		scim_bad_mapping(relation, NULL,
						 "the mapping of a membership table must name the columns of \"group\" and "
						 "\"member\"");
}

/* ---- both ---- */

/* Is it the mapping of a table that scim_create_table made, or one like it? */
static bool
is_created(JsonbContainer *mapping, bool is_members)
{
	JsonbValue	value;

	return JsonContainerSize(mapping) == 0 ||
		scim_find(mapping, is_members ? "type" : "lookups", &value);
}

void
scim_read_mapping(ScimRegistration *registration, Relation relation, const char *text)
{
	JsonbContainer *mapping = &scim_parse_object(text, "a mapping")->root;
	bool		is_members = registration->is_members;
	bool		created = is_created(mapping, is_members);

	registration->storage = created ? scim_document_storage() : scim_mapped_storage();
	if (created)
		read_created(registration, relation, mapping,
					 is_members ? scim_member_column_kinds : scim_column_kinds,
					 is_members ? (int) SCIM_MEMBER_COLUMNS : (int) SCIM_COLUMNS);
	else if (is_members)
		read_mapped_members(registration, relation, mapping);
	else
		read_mapped(registration, relation, mapping);
	set_id_types(registration);
}
