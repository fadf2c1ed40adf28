/*
 * column.c
 *		Comparing what stands in a mapped column.
 *
 * The literal becomes a value of the column's type, and the column itself is
 * compared: r.login = $2, lower(r.login) = $2, r.joined >= $2.  What no value of
 * the type can be equal to is false.  What a column holds and no attribute can
 * have (empty text, infinity) is no value, and matches nothing.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/stratnum.h"
#include "base/jsonb_tree.h"
#include "catalog/pg_type.h"
#include "column/text.h"
#include "column/type.h"
#include "core/fold.h"
#include "query/bound.h"
#include "query/column.h"
#include "query/text.h"
#include "registry/extension.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#define EQ SQL_OP("=")

/* ---- codes ---- */

static Datum
code_datum(const ScimValueType *type, const char *code)
{
	Datum		value;
	const char *problem = scim_parse_value(type, code, &value);

	if (problem)
		elog(ERROR, "the code \"%s\" must be %s", code, problem);
	return value;
}

static bool
is_same_value(const ScimAttribute *attribute, const JsonbValue *a, const JsonbValue *b)
{
	if (a->type != b->type)
		return false;
	if (a->type != jbvString || attribute->case_exact || attribute->type != SCIM_STRING)
		return scim_equal(a, b);
	return scim_is_same_folded(a->val.string.val, a->val.string.len, b->val.string.val,
							   b->val.string.len);
}

/* The codes of a value; NULL: all that stand for one. */
static int
find_codes(const ScimMappedColumn *column, const JsonbValue *value, Datum **codes)
{
	int			count = 0;

	*codes = palloc(column->code_count * sizeof(Datum));
	for (int i = 0; i < column->code_count; i++)
	{
		const ScimCode *code = &column->codes[i];

		if (value ? is_same_value(column->attribute, &code->value, value)
			: code->value.type != jbvNull)
			(*codes)[count++] = code_datum(scim_value_type(column), code->code);
	}
	return count;
}

static void
append_codes(ScimSql *sql, const ScimColumnSql *column, const JsonbValue *value)
{
	Datum	   *codes;
	int			count = find_codes(column->column, value, &codes);

	scim_append_any(sql, column->value, scim_value_type(column->column), codes, count);
}

/* ---- comparisons ---- */

static void
compare_bytes(ScimSql *sql, const ScimColumnSql *column, const char *literal)
{
	Datum		value;

	if (*literal == '\0' ||
		scim_parse_value(scim_value_type(column->column), literal, &value) != NULL)
		appendStringInfoString(&sql->text, "false");
	else
		scim_append_comparison(sql, column->value, SCIM_EQ, BYTEAOID, value);
}

static void
compare_as_column(ScimSql *sql, const ScimColumnSql *column, ScimFilterOp op,
				  const JsonbValue *literal)
{
	switch (column->comparison)
	{
		case SCIM_COMPARED_BY_CODE:
			append_codes(sql, column, literal);
			break;
		case SCIM_COMPARED_AS_TEXT:
			scim_compare_text(sql, column, op, scim_string_copy(literal));
			break;
		case SCIM_COMPARED_BY_TEXT:
			scim_compare_by_text(sql, column, op, scim_string_copy(literal));
			break;
		case SCIM_COMPARED_AS_BOOLEAN:
			appendStringInfo(&sql->text, "%s" EQ "%s", column->value,
							 literal->val.boolean ? "true" : "false");
			break;
		case SCIM_COMPARED_AS_NUMBER:
		case SCIM_COMPARED_AS_INSTANT:
			scim_compare_bound(sql, column, op, literal);
			break;
		case SCIM_COMPARED_AS_BYTES:
			compare_bytes(sql, column, scim_string_copy(literal));
			break;
		case SCIM_COMPARED_IN_JSON:
			elog(ERROR, "column %s is not compared as it is", column->column->column);
	}
}

void
scim_compare_column(ScimSql *sql, const ScimColumnSql *column, ScimFilterOp op,
					const JsonbValue *literal)
{
	compare_as_column(sql, column, op, literal);
	if (scim_is_loose(column) && scim_is_equality(op))
		scim_append_same_text(sql, column, scim_string_copy(literal));
}

/* Is it a literal that the comparison takes? */
static bool
suits(ScimComparison comparison, const JsonbValue *value)
{
	switch (comparison)
	{
		case SCIM_COMPARED_IN_JSON:
			return false;
		case SCIM_COMPARED_BY_CODE:
			return true;
		case SCIM_COMPARED_AS_BOOLEAN:
			return value->type == jbvBool;
		case SCIM_COMPARED_AS_NUMBER:
			return value->type == jbvNumeric;
		default:
			return value->type == jbvString;
	}
}

bool
scim_mapped_equals_sql(ScimSql *sql, const ScimMappedColumn *mapped, const JsonbValue *value)
{
	ScimColumnSql column;

	scim_column_sql(mapped, psprintf("r.%s", mapped->column), &column);
	if (value->type == jbvNull || !suits(column.comparison, value))
		return false;
	appendStringInfoChar(&sql->text, '(');
	compare_as_column(sql, &column, SCIM_EQ, value);
	appendStringInfoChar(&sql->text, ')');
	return true;
}

bool
scim_column_contains(ScimSql *sql, const ScimColumnSql *column, const JsonbValue *literal)
{
	const ScimValueType *type = scim_value_type(column->column);
	Datum		value;

	if (column->comparison != SCIM_COMPARED_AS_TEXT ||
		column->column->compare != SCIM_COMPARE_EXACT || scim_is_loose(column) ||
		type->declared != type->type || literal->val.string.len == 0 ||
		scim_parse_value(type, scim_string_copy(literal), &value) != NULL)
		return false;
	appendStringInfo(&sql->text, "(%s" SQL_OP("@>"), column->array);
	scim_append_argument(sql, get_array_type(type->type),
						 PointerGetDatum(construct_array(&value, 1, type->type, type->length,
														 type->by_value, type->align)));
	appendStringInfoChar(&sql->text, ')');
	return true;
}

/* ---- presence ---- */

static char *
code_present_sql(const ScimColumnSql *column)
{
	ScimSql		sql;

	scim_init_sql(&sql, NULL, NULL, true);
	append_codes(&sql, column, NULL);
	return psprintf("((%s) IS TRUE)", sql.text.data);
}

char *
scim_column_present_sql(const ScimColumnSql *column)
{
	switch (column->comparison)
	{
		case SCIM_COMPARED_AS_TEXT:
			return psprintf("((%s" SQL_OP("<>") "'') IS TRUE)", scim_text_sql(column));
		case SCIM_COMPARED_BY_CODE:
			return code_present_sql(column);
		case SCIM_COMPARED_AS_BYTES:
			return psprintf("((pg_catalog.octet_length(%s)" SQL_OP(">") "0) IS TRUE)",
							column->value);
		case SCIM_COMPARED_IN_JSON:
			return psprintf("(%s.scim_is_assigned(%s) IS TRUE)", scim_extension_schema("scimver"),
							scim_column_json_sql(column));
		default:
			return scim_bound_present_sql(column);
	}
}

/* ---- order ---- */

char *
scim_column_order_sql(const ScimColumnSql *column, Oid *type, bool *own)
{
	const ScimValueType *stored = scim_value_type(column->column);
	bool		text = column->comparison == SCIM_COMPARED_BY_TEXT ||
		(column->comparison == SCIM_COMPARED_AS_TEXT &&
	 column->column->compare != SCIM_COMPARE_EXACT);

	*own = !text;
	*type = TEXTOID;
	if (text)
		return scim_compared_text_sql(column);
	(void) scim_operator_sql(stored->type, BTLessStrategyNumber, type);
	return pstrdup(column->value);
}

/* ---- JSON ---- */

/* As a type writes a value that is no instant: the session has no say. */
static char *
literal_sql(Oid type, Datum value)
{
	Oid			function;
	bool		is_varlena;

	getTypeOutputInfo(type, &function, &is_varlena);
	return psprintf("%s::%s", quote_literal_cstr(OidOutputFunctionCall(function, value)),
					format_type_be_qualified(type));
}

/* CASE WHEN r.status = 'A' THEN 'true'::jsonb ... END */
static char *
code_json_sql(const ScimColumnSql *column)
{
	const ScimMappedColumn *mapped = column->column;
	const ScimValueType *type = scim_value_type(mapped);
	Oid			operand;
	char	   *equals = scim_operator_sql(type->type, BTEqualStrategyNumber, &operand);
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "CASE");
	for (int i = 0; i < mapped->code_count; i++)
	{
		Jsonb	   *value = scim_write(&mapped->codes[i].value);
		char	   *text = JsonbToCString(NULL, &value->root, VARSIZE(value));

		if (mapped->codes[i].value.type != jbvNull)
			appendStringInfo(&sql, " WHEN %s%s%s THEN %s::pg_catalog.jsonb", column->value, equals,
							 literal_sql(operand, code_datum(type, mapped->codes[i].code)),
							 quote_literal_cstr(text));
	}
	appendStringInfoString(&sql, " WHEN false THEN NULL::pg_catalog.jsonb END");
	return sql.data;
}

char *
scim_column_json_sql(const ScimColumnSql *column)
{
	switch (scim_value_type(column->column)->storage)
	{
		case SCIM_STORAGE_JSONB:
			return pstrdup(column->value);
		case SCIM_STORAGE_JSON:
			return psprintf("CAST(%s AS pg_catalog.jsonb)", column->value);
		default:
			break;
	}
	if (column->comparison == SCIM_COMPARED_BY_CODE)
		return code_json_sql(column);
	return psprintf("pg_catalog.to_jsonb(nullif(%s, ''))", scim_text_sql(column));
}
