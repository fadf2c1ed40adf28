/*
 * fold.c
 *		scim_fold: how text that is not caseExact is compared, in columns and in
 *		searches alike; and the values of a multi-valued attribute.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "core/jsonb_tree.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "nodes/makefuncs.h"
#include "nodes/value.h"
#include "store/fold.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"

PG_FUNCTION_INFO_V1(scim_fold);
PG_FUNCTION_INFO_V1(scim_folded_values);

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

/*
 * scim_folded_values(data jsonb, attribute text) -> text[]: the folded "value"
 * of each element of a multi-valued attribute; NULL if there is none.
 */
Datum
scim_folded_values(PG_FUNCTION_ARGS)
{
	Jsonb	   *data = PG_GETARG_JSONB_P(0);
	char	   *attribute = text_to_cstring(PG_GETARG_TEXT_PP(1));
	JsonbValue	elements;
	JsonbValue	element;
	ScimWalk	walk;
	Datum	   *values;
	int			count = 0;

	if (!JB_ROOT_IS_OBJECT(data) || !scim_find(&data->root, attribute, &elements) ||
		!scim_is_array(&elements))
		PG_RETURN_NULL();
	scim_walk(&walk, elements.val.binary.data);
	values = palloc_extended(Max(walk.count, 1) * sizeof(Datum), MCXT_ALLOC_HUGE);
	while (scim_walk_next(&walk, NULL, &element))
	{
		JsonbValue	value;

		if (scim_is_object(&element) && scim_find(element.val.binary.data, "value", &value) &&
			value.type == jbvString)
			values[count++] = PointerGetDatum(scim_fold_text(value.val.string.val, value.val.string.len));
	}
	if (count == 0)
		PG_RETURN_NULL();
	PG_RETURN_ARRAYTYPE_P(construct_array(values, count, TEXTOID, -1, false, TYPALIGN_INT));
}
