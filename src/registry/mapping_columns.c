/*
 * mapping_columns.c
 *		The columns that hold attributes, as "attributes" of a mapping says.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "catalog/pg_type.h"
#include "column/fit.h"
#include "registry/index.h"
#include "registry/mapping_columns.h"
#include "registry/mapping_error.h"
#include "registry/mapping_path.h"
#include "registry/mapping_words.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#define ATTRIBUTE_WORDS (SCIM_WORD_FORMAT | SCIM_WORD_MODE | SCIM_WORD_VALUES | SCIM_WORD_COMPARE)

/* ---- codes ---- */

static void
read_codes(ScimMappedColumn *column, JsonbContainer *values)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	scim_walk(&walk, values);
	column->codes = palloc0(walk.count * sizeof(ScimCode));
	while (scim_walk_next(&walk, &key, &value))
	{
		ScimCode   *code = &column->codes[column->code_count++];

		code->code = scim_string_copy(&key);
		code->value = value;
	}
}

/* ---- one column ---- */

bool
scim_has_compare(const ScimMappedColumn *column)
{
	Oid			type = get_base_element_type(column->base_type);

	if (column->codes ||
		(column->attribute->type != SCIM_STRING && column->attribute->type != SCIM_REFERENCE))
		return false;
	if (!OidIsValid(type))
		type = column->base_type;
	return type == TEXTOID || type == VARCHAROID || type == BPCHAROID;
}

static void
read_compare(ScimMappedColumn *column, Relation relation, const char *name,
			 const ScimColumnWords *words)
{
	column->compare = words->compare;
	if (words->compare == SCIM_COMPARE_EXACT)
		return;
	if (!scim_has_compare(column))
		scim_bad_mapping(relation, name, "is compared as its type does: \"compare\" is for text");
	if (column->attribute->case_exact)
		scim_bad_mapping(relation, name, "must be compared exactly, as case counts in %s",
						 column->path);
}

/* What is unique is looked up in the application's index, and named by it in errors. */
static void
read_unique(const ScimRegistration *registration, ScimMappedColumn *column, Relation relation)
{
	const ScimAttribute *attribute = column->attribute;

	column->unique = attribute->uniqueness != SCIM_NONE && attribute->type != SCIM_BOOLEAN &&
		attribute->type != SCIM_COMPLEX && !attribute->multi_valued &&
		!column->parsed.attribute->multi_valued;
	if (!column->unique)
		return;
	column->index_relid = scim_unique_index_of(registration, column, relation);
	if (OidIsValid(column->index_relid))
		column->index = get_rel_name(column->index_relid);
}

static void
read_attribute(ScimRegistration *registration, Relation relation, const char *path,
			   const JsonbValue *value)
{
	ScimMappedColumn *column = &registration->mapped[registration->mapped_count];
	ScimColumnWords words;
	const FormData_pg_attribute *attribute;
	const char *problem;

	column->path = scim_mapped_path(registration->type, relation, path, &column->parsed);
	column->attribute = column->parsed.sub ? column->parsed.sub : column->parsed.attribute;
	scim_read_column_words(relation, column->path, value, ATTRIBUTE_WORDS, &words);
	attribute = scim_mapped_attribute(relation, words.column);
	if (!words.read_only)
		scim_check_written(relation, attribute, false, true);
	column->column = pstrdup(quote_identifier(words.column));
	column->number = attribute->attnum;
	column->type = attribute->atttypid;
	column->typmod = attribute->atttypmod;
	column->base_type = getBaseTypeAndTypmod(column->type, &column->typmod);
	column->collation = attribute->attcollation;
	column->format = words.format;
	column->read_only = words.read_only;
	if (words.values)
		read_codes(column, words.values);
	problem = scim_column_mismatch(column);
	if (problem)
		scim_bad_mapping(relation, words.column, "%-s (it is to hold %s)", problem, column->path);
	read_compare(column, relation, words.column, &words);
	read_unique(registration, column, relation);
	registration->mapped_count++;
}

void
scim_read_mapped_columns(ScimRegistration *registration, Relation relation,
						 JsonbContainer *attributes)
{
	ScimWalk	walk;
	JsonbValue	key;
	JsonbValue	value;

	scim_walk(&walk, attributes);
	registration->mapped = palloc0(Max(walk.count, 1) * sizeof(ScimMappedColumn));
	while (scim_walk_next(&walk, &key, &value))
		read_attribute(registration, relation, scim_string_copy(&key), &value);
}
