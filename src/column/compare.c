/*
 * compare.c
 *		How values are compared, as SQL functions for filters, lookup columns and
 *		their indexes.
 *
 * None of these raises an error for what is stored: they serve in generated
 * columns and in conditions, and scim_has_value is leakproof.
 */
#include "postgres.h"

#include "access/gin.h"
#include "base/jsonb_tree.h"
#include "core/simple.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(scim_datetime);
PG_FUNCTION_INFO_V1(scim_binary);
PG_FUNCTION_INFO_V1(scim_boolean);
PG_FUNCTION_INFO_V1(scim_number);
PG_FUNCTION_INFO_V1(scim_is_assigned);
PG_FUNCTION_INFO_V1(scim_has_value);
PG_FUNCTION_INFO_V1(scim_value_query);
PG_FUNCTION_INFO_V1(scim_value_consistent);

/* ---- types ---- */

/*
 * scim_datetime(text) -> timestamptz: an xsd:dateTime, UTC if it names no zone;
 * NULL if it is none.
 */
Datum
scim_datetime(PG_FUNCTION_ARGS)
{
	text	   *given = PG_GETARG_TEXT_PP(0);
	int64_t		instant;

	if (!scim_read_datetime(VARDATA_ANY(given), VARSIZE_ANY_EXHDR(given), &instant))
		PG_RETURN_NULL();
	PG_RETURN_TIMESTAMPTZ(instant);
}

/* scim_binary(text) -> bytea: the bytes of base64 or base64url; NULL if it is neither. */
Datum
scim_binary(PG_FUNCTION_ARGS)
{
	text	   *given = PG_GETARG_TEXT_PP(0);
	int			length = VARSIZE_ANY_EXHDR(given);
	bytea	   *result = palloc(VARHDRSZ + (length / 4 + 1) * 3);

	length = scim_read_base64(VARDATA_ANY(given), length, (uint8_t *) VARDATA(result));
	if (length < 0)
		PG_RETURN_NULL();
	SET_VARSIZE(result, VARHDRSZ + length);
	PG_RETURN_BYTEA_P(result);
}

/* scim_boolean(jsonb) -> boolean: the value, or NULL if it is none. */
Datum
scim_boolean(PG_FUNCTION_ARGS)
{
	JsonbValue	value;

	scim_root(PG_GETARG_JSONB_P(0), &value);
	if (value.type != jbvBool)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(value.val.boolean);
}

/* scim_number(jsonb) -> numeric: the value, or NULL if it is none. */
Datum
scim_number(PG_FUNCTION_ARGS)
{
	JsonbValue	value;

	scim_root(PG_GETARG_JSONB_P(0), &value);
	if (value.type != jbvNumeric)
		PG_RETURN_NULL();
	return datumCopy(NumericGetDatum(value.val.numeric), false, -1);
}

/* ---- pr ---- */

static bool
is_assigned(const JsonbValue *value)
{
	ScimWalk	walk;
	JsonbValue	child;

	check_stack_depth();
	switch (value->type)
	{
		case jbvNull:
			return false;
		case jbvString:
			return value->val.string.len > 0;
		case jbvBinary:
			scim_walk(&walk, value->val.binary.data);
			while (scim_walk_next(&walk, NULL, &child))
			{
				if (is_assigned(&child))
					return true;
			}
			return false;
		default:
			return true;
	}
}

/*
 * scim_is_assigned(jsonb) -> boolean: is there a value that is not empty, at any
 * depth?  "", null, [] and {} are empty, false and 0 are not (RFC 7644 table 3, "pr").
 */
Datum
scim_is_assigned(PG_FUNCTION_ARGS)
{
	JsonbValue	root;

	scim_root(PG_GETARG_JSONB_P(0), &root);
	PG_RETURN_BOOL(is_assigned(&root));
}

/* ---- the values of a multi-valued attribute ---- */

static const char *
first_element(const ArrayType *array)
{
	return (const char *) array +
		(ARR_HASNULL(array) ? (Size) array->dataoffset : ARR_OVERHEAD_NONULLS(ARR_NDIM(array)));
}

/*
 * The elements of text[] lie one behind the other; bytes decide, as no folded
 * or exact text has two forms.
 */
static bool
has_value(ArrayType *array, const text *value)
{
	int			count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	const uint8 *bitmap = ARR_NULLBITMAP(array);
	const char *p = first_element(array);

	for (int i = 0; i < count; i++)
	{
		if (bitmap && (bitmap[i / 8] & (1 << (i % 8))) == 0)
			continue;
		if (VARSIZE_ANY_EXHDR(p) == VARSIZE_ANY_EXHDR(value) &&
			memcmp(VARDATA_ANY(p), VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value)) == 0)
			return true;
		p += INTALIGN(VARSIZE_ANY(p));
	}
	return false;
}

/*
 * scim_has_value(text[], text) -> boolean, the operator @=: is one of the
 * elements the value?  Leakproof.
 */
Datum
scim_has_value(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(has_value(PG_GETARG_ARRAYTYPE_P(0), PG_GETARG_TEXT_PP(1)));
}

/* The index's key for a value to search for: itself. */
Datum
scim_value_query(PG_FUNCTION_ARGS)
{
	Datum		value = PG_GETARG_DATUM(0);
	int32	   *count = (int32 *) PG_GETARG_POINTER(1);
	Datum	   *keys = palloc(sizeof(Datum));

	keys[0] = value;
	*count = 1;
	PG_RETURN_POINTER(keys);
}

/* A row that has the key has the value. */
Datum
scim_value_consistent(PG_FUNCTION_ARGS)
{
	bool	   *check = (bool *) PG_GETARG_POINTER(0);
	bool	   *recheck = (bool *) PG_GETARG_POINTER(5);

	*recheck = false;
	PG_RETURN_BOOL(check[0]);
}
