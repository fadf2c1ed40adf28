/*
 * fold.c
 *		scim_fold: how text that is not caseExact is compared, in columns and in
 *		searches alike; and the strings of a multi-valued attribute.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "catalog/pg_type.h"
#include "column/fold.h"
#include "core/fold.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

PG_FUNCTION_INFO_V1(scim_fold);
PG_FUNCTION_INFO_V1(scim_folded_values);
PG_FUNCTION_INFO_V1(scim_exact_values);

static text *
fold_any(const char *string, int length)
{
	/* few texts get longer */
	StringInfoData folded = {.len = VARHDRSZ, .maxlen = VARHDRSZ + length + 8};

	folded.data = palloc(folded.maxlen);
	scim_append_folded(&folded, string, length);
	SET_VARSIZE(folded.data, folded.len);
	return (text *) folded.data;
}

text *
scim_fold_text(const char *string, int length)
{
	text	   *result = cstring_to_text_with_len(string, length);
	char	   *p = VARDATA(result);
	int			i;

	/* plain ASCII is nearly all there is */
	for (i = 0; i < length && !IS_HIGHBIT_SET(p[i]); i++)
	{
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] += 'a' - 'A';
	}
	if (i == length)
		return result;
	pfree(result);
	return fold_any(string, length);
}

/* scim_fold(text) -> text */
Datum
scim_fold(PG_FUNCTION_ARGS)
{
	text	   *given = PG_GETARG_TEXT_PP(0);

	PG_RETURN_TEXT_P(scim_fold_text(VARDATA_ANY(given), VARSIZE_ANY_EXHDR(given)));
}

/* ---- the values of a multi-valued attribute ---- */

/* The strings of an attribute, while they are collected. */
typedef struct Values
{
	char	   *sub;			/* the sub-attribute that has them; NULL: the elements themselves */
	bool		folded;
	Datum	   *found;			/* text */
	int			count;
	int			room;
} Values;

static void
collect_string(Values *values, const JsonbValue *value)
{
	text	   *string;

	if (value->type != jbvString)
		return;
	string = values->folded ? scim_fold_text(value->val.string.val, value->val.string.len) :
		cstring_to_text_with_len(value->val.string.val, value->val.string.len);
	if (values->count == values->room)
	{
		values->room = Max(8, 2 * values->room);
		if (values->found == NULL)
			values->found = palloc(values->room * sizeof(Datum));
		else
			values->found = repalloc_huge(values->found, values->room * sizeof(Datum));
	}
	values->found[values->count++] = PointerGetDatum(string);
}

/* A string, or each one of a list. */
static void
collect_strings(Values *values, const JsonbValue *value)
{
	ScimWalk	walk;
	JsonbValue	element;

	if (!scim_is_array(value))
	{
		collect_string(values, value);
		return;
	}
	scim_walk(&walk, value->val.binary.data);
	while (scim_walk_next(&walk, NULL, &element))
		collect_string(values, &element);
}

/* An element of the attribute. */
static void
collect_element(Values *values, const JsonbValue *element)
{
	JsonbValue	value;

	if (values->sub == NULL)
		collect_string(values, element);
	else if (scim_is_object(element) && scim_find(element->val.binary.data, values->sub, &value))
		collect_strings(values, &value);
}

static Datum
values_at(FunctionCallInfo fcinfo, bool folded)
{
	Jsonb	   *object = PG_GETARG_JSONB_P(0);
	char	   *attribute = text_to_cstring(PG_GETARG_TEXT_PP(1));
	char	   *dot = strchr(attribute, '.');
	Values		values = {.folded = folded, .sub = dot ? dot + 1 : NULL};
	JsonbValue	found;
	JsonbValue	element;
	ScimWalk	walk;

	if (dot)
		*dot = '\0';
	if (!JB_ROOT_IS_OBJECT(object) || !scim_find(&object->root, attribute, &found))
		PG_RETURN_NULL();
	if (!scim_is_array(&found))
		collect_element(&values, &found);
	else
	{
		scim_walk(&walk, found.val.binary.data);
		while (scim_walk_next(&walk, NULL, &element))
			collect_element(&values, &element);
	}
	if (values.count == 0)
		PG_RETURN_NULL();
	PG_RETURN_ARRAYTYPE_P(construct_array(values.found, values.count, TEXTOID,
										  -1, false, TYPALIGN_INT));
}

/*
 * scim_folded_values(object jsonb, path text) -> text[]: the folded strings of
 * the attribute or attribute.sub-attribute of the object, with or without a
 * list at each of the two; NULL if there are none.
 */
Datum
scim_folded_values(PG_FUNCTION_ARGS)
{
	return values_at(fcinfo, true);
}

/* scim_exact_values(object jsonb, path text) -> text[]: the same, as they are. */
Datum
scim_exact_values(PG_FUNCTION_ARGS)
{
	return values_at(fcinfo, false);
}
