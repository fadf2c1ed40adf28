/*
 * fit.c
 *		Which SCIM type fits on which type of column.
 */
#include "postgres.h"

#include "base/errors.h"
#include "column/fit.h"
#include "column/text.h"
#include "utils/builtins.h"

/* What has one text for each value, so that a string is read as it was written. */
#define SPELLED \
	(SCIM_STORES_TEXT | SCIM_STORES_WHOLE | SCIM_STORES_INSTANT | SCIM_STORES(SCIM_STORAGE_UUID) | \
	 SCIM_STORES(SCIM_STORAGE_ADDRESS))

/* What a code may stand in. */
#define CODED (SPELLED | SCIM_STORES(SCIM_STORAGE_BOOLEAN))

static const struct
{
	int			fits;			/* set of storages */
	const char *what;			/* a value is */
	const char *advice;			/* where it does not fit */
}			types[] = {
	[SCIM_STRING] = {SPELLED | SCIM_STORES_JSON, "a string",
		": say by \"values\" what its values stand for"},
	[SCIM_BOOLEAN] = {SCIM_STORES(SCIM_STORAGE_BOOLEAN) | SCIM_STORES_JSON, "true or false",
		": say by \"values\" which of its values stand for them"},
	[SCIM_DECIMAL] = {SCIM_STORES_WHOLE | SCIM_STORES(SCIM_STORAGE_FLOAT) | SCIM_STORES_JSON,
		"a decimal number", ""},
	[SCIM_INTEGER] = {SCIM_STORES_WHOLE | SCIM_STORES_JSON, "an integer", ""},
	[SCIM_DATETIME] = {SCIM_STORES_TEXT | SCIM_STORES_INSTANT | SCIM_STORES_JSON, "a date and time",
		""},
	[SCIM_BINARY] = {SCIM_STORES_TEXT | SCIM_STORES(SCIM_STORAGE_BYTES) | SCIM_STORES_JSON,
		"a binary", ""},
	[SCIM_REFERENCE] = {SPELLED | SCIM_STORES_JSON, "a URI", ""},
	[SCIM_COMPLEX] = {SCIM_STORES_JSON, "an object",
		": map its sub-attributes, or take a column of type jsonb"},
};

const char *
scim_type_expects(ScimType type)
{
	return types[type].what;
}

static const char *
epoch_mismatch(const ScimMappedColumn *column, const ScimValueType *type)
{
	if (scim_column_scim_type(column) != SCIM_DATETIME)
		return "has a format for instants, and the attribute is no dateTime";
	if (!scim_stores(type, SCIM_STORES_WHOLE))
		return psprintf("is of type %s, and instants in that format are whole numbers or numeric",
						format_type_be(column->type));
	if (type->length == sizeof(int16) ||
		(type->length == sizeof(int32) && column->format == SCIM_FORMAT_EPOCH_MILLISECONDS))
		return psprintf("is of type %s, which is too small for instants in that format",
						format_type_be(column->type));
	return NULL;
}

bool
scim_is_json_of(ScimType type, const JsonbValue *value)
{
	switch (type)
	{
		case SCIM_BOOLEAN:
			return value->type == jbvBool;
		case SCIM_DECIMAL:
		case SCIM_INTEGER:
			return value->type == jbvNumeric;
		case SCIM_COMPLEX:
			return false;
		default:
			return value->type == jbvString;
	}
}

static const char *
codes_mismatch(const ScimMappedColumn *column, const ScimValueType *type)
{
	if (!scim_stores(type, CODED))
		return psprintf("is of type %s, which has no codes for \"values\"",
						format_type_be(column->type));
	for (int i = 0; i < column->code_count; i++)
	{
		const ScimCode *code = &column->codes[i];
		const char *problem;
		Datum		unused;

		problem = scim_parse_value(type, code->code, &unused);
		if (problem)
			return scim_phrase("cannot have the code \"%s\", which must be %s", code->code,
							   problem);
		if (code->value.type != jbvNull &&
			!scim_is_json_of(scim_column_scim_type(column), &code->value))
			return scim_phrase("has the code \"%s\" stand for a value that is not %s", code->code,
							   types[scim_column_scim_type(column)].what);
	}
	return NULL;
}

/* One value or several: does the column hold as many as the attribute has? */
static const char *
count_mismatch(const ScimMappedColumn *column, const ScimValueType *type)
{
	const ScimPath *path = &column->parsed;

	if (scim_stores(type, SCIM_STORES_JSON))
		return type->is_array ? psprintf("is of type %s: several values go into one jsonb",
										 format_type_be(column->type)) : NULL;
	if (scim_holds_values(column) && !type->is_array)
		return psprintf("is of type %s, which holds one value, and %s has several: take an array, "
						"or jsonb",
						format_type_be(column->type), column->attribute->name);
	if (!type->is_array || scim_holds_values(column) || scim_spreads(column))
		return NULL;
	return psprintf("is of type %s, and %s has one value", format_type_be(column->type),
					path->filter ? column->path : column->attribute->name);
}

const char *
scim_column_mismatch(const ScimMappedColumn *column)
{
	const ScimValueType *type = scim_value_type(column);
	ScimType	wanted = scim_column_scim_type(column);
	const char *mismatch;
	bool		fits = scim_stores(type, types[wanted].fits);

	if (type->storage == SCIM_STORAGE_OTHER)
		return psprintf("is of type %s, which holds nothing that attributes are made of",
						format_type_be(column->type));
	mismatch = wanted == SCIM_COMPLEX && !scim_stores(type, SCIM_STORES_JSON)
		? NULL
		: count_mismatch(column, type);
	if (!mismatch && column->format != SCIM_FORMAT_PLAIN)
		return epoch_mismatch(column, type);
	if (!mismatch && column->codes)
		return codes_mismatch(column, type);
	if (mismatch || fits)
		return mismatch;
	return psprintf("is of type %s, which cannot hold %s%s", format_type_be(column->type),
					types[wanted].what,
					wanted == SCIM_DATETIME && scim_stores(type, SCIM_STORES_WHOLE)
					? ": give its format, \"epoch_seconds\" or \"epoch_milliseconds\""
					: types[wanted].advice);
}
