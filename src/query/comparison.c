/*
 * comparison.c
 *		Values of mapped columns as SQL, and the operators of their types.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/stratnum.h"
#include "catalog/pg_operator.h"
#include "query/comparison.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

/* ---- columns ---- */

static ScimComparison
comparison_of(const ScimMappedColumn *column)
{
	ScimValueStorage storage = scim_value_type(column)->storage;

	if (storage == SCIM_STORAGE_JSON || storage == SCIM_STORAGE_JSONB || column->attribute == NULL)
		return SCIM_COMPARED_IN_JSON;
	if (column->codes)
		return SCIM_COMPARED_BY_CODE;
	switch (column->attribute->type)
	{
		case SCIM_STRING:
		case SCIM_REFERENCE:
			return storage == SCIM_STORAGE_TEXT || storage == SCIM_STORAGE_CHAR ||
				storage == SCIM_STORAGE_NAME
				? SCIM_COMPARED_AS_TEXT
				: SCIM_COMPARED_BY_TEXT;
		case SCIM_BOOLEAN:
			return SCIM_COMPARED_AS_BOOLEAN;
		case SCIM_DECIMAL:
		case SCIM_INTEGER:
			return SCIM_COMPARED_AS_NUMBER;
		case SCIM_DATETIME:
			return column->format != SCIM_FORMAT_PLAIN || storage == SCIM_STORAGE_DATE ||
				storage == SCIM_STORAGE_TIMESTAMP || storage == SCIM_STORAGE_TIMESTAMPTZ ?
				SCIM_COMPARED_AS_INSTANT : SCIM_COMPARED_IN_JSON;
		case SCIM_BINARY:
			return storage == SCIM_STORAGE_BYTES ? SCIM_COMPARED_AS_BYTES : SCIM_COMPARED_IN_JSON;
		default:
			return SCIM_COMPARED_IN_JSON;
	}
}

void
scim_column_sql(const ScimMappedColumn *column, const char *value, ScimColumnSql *result)
{
	const ScimValueType *type = scim_value_type(column);

	memset(result, 0, sizeof(*result));
	result->column = column;
	result->comparison = comparison_of(column);
	result->value = type->declared == type->type ? pstrdup(value) :
		psprintf("CAST(%s AS %s)", value, format_type_be_qualified(type->type));
}

/* ---- operators ---- */

char *
scim_operator_sql(Oid type, int strategy, Oid *operand)
{
	TypeCacheEntry *entry = lookup_type_cache(type, TYPECACHE_BTREE_OPFAMILY);
	Oid			operator = OidIsValid(entry->btree_opf)
	? get_opfamily_member(entry->btree_opf, entry->btree_opintype, entry->btree_opintype,
						  strategy)
	: InvalidOid;
	HeapTuple	tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(operator));
	Form_pg_operator form;
	char	   *sql;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "type %s has no order", format_type_be(type));
	form = (Form_pg_operator) GETSTRUCT(tuple);
	sql = psprintf(" OPERATOR(%s.%s) ", quote_identifier(get_namespace_name(form->oprnamespace)),
				   NameStr(form->oprname));
	ReleaseSysCache(tuple);
	*operand = IsPolymorphicType(entry->btree_opintype) ? type : entry->btree_opintype;
	return sql;
}

static int
strategy_of(ScimFilterOp op)
{
	switch (op)
	{
		case SCIM_EQ:
		case SCIM_NE:
			return BTEqualStrategyNumber;
		case SCIM_GT:
			return BTGreaterStrategyNumber;
		case SCIM_GE:
			return BTGreaterEqualStrategyNumber;
		case SCIM_LT:
			return BTLessStrategyNumber;
		case SCIM_LE:
			return BTLessEqualStrategyNumber;
		default:
			elog(ERROR, "unexpected operator %d", op);
	}
}

void
scim_append_comparison(ScimSql *sql, const char *value, ScimFilterOp op, Oid type, Datum datum)
{
	Oid			operand;
	char	   *operator = scim_operator_sql(type, strategy_of(op), &operand);

	appendStringInfo(&sql->text, "%s%s", value, operator);
	scim_append_argument(sql, operand, datum);
}

void
scim_append_any(ScimSql *sql, const char *value, const ScimValueType *type, Datum *datums,
				int count)
{
	Oid			operand;
	char	   *operator;

	if (count == 0)
		appendStringInfoString(&sql->text, "false");
	else if (count == 1)
		scim_append_comparison(sql, value, SCIM_EQ, type->type, datums[0]);
	else
	{
		operator = scim_operator_sql(type->type, BTEqualStrategyNumber, &operand);
		appendStringInfo(&sql->text, "%s%sANY (", value, operator);
		scim_append_argument(sql, get_array_type(operand),
							 PointerGetDatum(construct_array(datums, count, operand, type->length,
															 type->by_value, type->align)));
		appendStringInfoString(&sql->text, ")");
	}
}
