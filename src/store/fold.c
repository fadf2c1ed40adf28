/*
 * fold.c
 *		scim_fold: how text that is not caseExact is compared, in columns and in
 *		searches alike; and the strings of a multi-valued attribute.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "core/jsonb_tree.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/value.h"
#include "store/fold.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"

PG_FUNCTION_INFO_V1(scim_fold);
PG_FUNCTION_INFO_V1(scim_folded_values);
PG_FUNCTION_INFO_V1(scim_exact_values);

/* The root collation of ICU: the same everywhere, whatever the database's. */
static Oid
root_collation(void)
{
	return get_collation_oid(list_make2(makeString("pg_catalog"), makeString("und-x-icu")), false);
}

/*
 * lower(normalize(x, NFKC) COLLATE "und-x-icu").  Plain ASCII, which is nearly
 * all there is, folds to the same without asking ICU.
 */
text *
scim_fold_text(const char *string, int length)
{
	text	   *result = cstring_to_text_with_len(string, length);
	char	   *p = VARDATA(result);
	int			i;

	for (i = 0; i < length && !IS_HIGHBIT_SET(p[i]); i++)
	{
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] += 'a' - 'A';
	}
	if (i == length)
		return result;
	return DatumGetTextPP(DirectFunctionCall1Coll(lower, root_collation(),
												  DirectFunctionCall2(unicode_normalize_func,
																	  PointerGetDatum(cstring_to_text_with_len(string, length)),
																	  CStringGetTextDatum("NFKC"))));
}

/* scim_fold(text) -> text */
Datum
scim_fold(PG_FUNCTION_ARGS)
{
	text	   *given = PG_GETARG_TEXT_PP(0);

	PG_RETURN_TEXT_P(scim_fold_text(VARDATA_ANY(given), VARSIZE_ANY_EXHDR(given)));
}

/* ---- the values of a multi-valued attribute ---- */

/* A path into the document, and the strings found at its end. */
typedef struct Values
{
	Datum	   *keys;			/* text */
	bool	   *nulls;
	int			key_count;
	bool		folded;
	ArrayBuildState *found;
} Values;

static void collect(Values *values, JsonbValue *value, int key);

/* A value that is no list, before the key. */
static void
collect_one(Values *values, JsonbValue *value, int key)
{
	JsonbValue	next;

	if (key == values->key_count)
	{
		text	   *string;

		if (value->type != jbvString)
			return;
		string = values->folded ? scim_fold_text(value->val.string.val, value->val.string.len) :
			cstring_to_text_with_len(value->val.string.val, value->val.string.len);
		values->found = accumArrayResult(values->found, PointerGetDatum(string), false, TEXTOID,
										 CurrentMemoryContext);
	}
	else if (scim_is_object(value) && !values->nulls[key] &&
			 scim_find(value->val.binary.data, TextDatumGetCString(values->keys[key]), &next))
		collect(values, &next, key + 1);
}

/* A value, or each element of a list, before the key. */
static void
collect(Values *values, JsonbValue *value, int key)
{
	ScimWalk	walk;
	JsonbValue	element;

	check_stack_depth();
	if (!scim_is_array(value))
	{
		collect_one(values, value, key);
		return;
	}
	scim_walk(&walk, value->val.binary.data);
	while (scim_walk_next(&walk, NULL, &element))
		collect_one(values, &element, key);
}

static Datum
values_at(FunctionCallInfo fcinfo, bool folded)
{
	Jsonb	   *data = PG_GETARG_JSONB_P(0);
	Values		values = {.folded = folded};
	JsonbValue	root;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT,
					  &values.keys, &values.nulls, &values.key_count);
	scim_root(data, &root);
	collect_one(&values, &root, 0);
	if (values.found == NULL)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(makeArrayResult(values.found, CurrentMemoryContext));
}

/*
 * scim_folded_values(data jsonb, VARIADIC path text[]) -> text[]: the folded
 * strings that the keys lead to, through lists; NULL if there are none.
 */
Datum
scim_folded_values(PG_FUNCTION_ARGS)
{
	return values_at(fcinfo, true);
}

/* scim_exact_values(data jsonb, VARIADIC path text[]) -> text[]: the same, as they are. */
Datum
scim_exact_values(PG_FUNCTION_ARGS)
{
	return values_at(fcinfo, false);
}
