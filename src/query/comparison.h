/*
 * comparison.h
 *		Values of mapped columns as SQL: how they are compared, and by which operators.
 */
#ifndef SCIM_QUERY_COMPARISON_H
#define SCIM_QUERY_COMPARISON_H

#include "column/mapped.h"
#include "core/filter_node.h"
#include "statement/sql.h"

/* How values of a column are compared with those of an attribute. */
typedef enum ScimComparison
{
	SCIM_COMPARED_IN_JSON,		/* not as they are: see scim_column_json_sql */
	SCIM_COMPARED_BY_CODE,		/* equality by the codes, all else in JSON */
	SCIM_COMPARED_AS_TEXT,		/* text, by ScimMappedColumn.compare */
	SCIM_COMPARED_BY_TEXT,		/* the text of another type; equality in that type */
	SCIM_COMPARED_AS_BOOLEAN,
	SCIM_COMPARED_AS_NUMBER,
	SCIM_COMPARED_AS_INSTANT,
	SCIM_COMPARED_AS_BYTES
} ScimComparison;

/* A value of a column, or an element of its array, as SQL. */
typedef struct ScimColumnSql
{
	const ScimMappedColumn *column;
	ScimComparison comparison;
	char	   *value;			/* of the type under all domains; of an array's, of its elements */
	char	   *array;			/* of an element: the array; else NULL */
} ScimColumnSql;

/* "value" is SQL of a value as declared. */
extern void scim_column_sql(const ScimMappedColumn *column, const char *value,
							ScimColumnSql *result);

/*
 * The operator of a type's order (BTLessStrategyNumber, ...), qualified;
 * *operand: of what type its sides are.
 */
extern char *scim_operator_sql(Oid type, int strategy, Oid *operand);

static inline bool
scim_is_equality(ScimFilterOp op)
{
	return op == SCIM_EQ || op == SCIM_NE;
}

/*
 * Appends the value compared with one of a type, by that type's operator; the
 * same for each of several values.
 */
extern void scim_append_comparison(ScimSql *sql, const char *value, ScimFilterOp op, Oid type,
								   Datum datum);
extern void scim_append_any(ScimSql *sql, const char *value, const ScimValueType *type,
							Datum *datums, int count);

#endif							/* SCIM_QUERY_COMPARISON_H */
