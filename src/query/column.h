/*
 * column.h
 *		Comparing what stands in a mapped column: plain predicates in the column's
 *		own type and collation, which the application's own indexes serve.
 */
#ifndef SCIM_QUERY_COLUMN_H
#define SCIM_QUERY_COLUMN_H

#include "core/filter_node.h"
#include "query/comparison.h"
#include "statement/sql.h"

/*
 * Appends the comparison ("ne" as "eq") with a literal that suits the
 * attribute: true, false, or NULL, and never an error.  Of a column that is
 * compared by code or in JSON only equality, and of the former.  What is equal
 * is found by its parts ("sw", "co", "ew"), too.
 */
extern void scim_compare_column(ScimSql *sql, const ScimColumnSql *column, ScimFilterOp op,
								const JsonbValue *literal);

/*
 * Appends the condition that the array has the literal as an element; false,
 * and nothing appended, if a GIN index could not tell.
 */
extern bool scim_column_contains(ScimSql *sql, const ScimColumnSql *column,
								 const JsonbValue *literal);

/*
 * Appends the condition that a mapped column (single-valued) of the row r has
 * the value, as the application's index compares it; an equality
 * with a parameter.  False, and "false" appended, if no row can have it.
 */
extern bool scim_mapped_equals_sql(ScimSql *sql, const ScimMappedColumn *column,
								   const JsonbValue *value);

/*
 * The condition that the column's value is one of the attribute (RFC 7644 table
 * 3, "pr"); it is never NULL.
 */
extern char *scim_column_present_sql(const ScimColumnSql *column);

/*
 * The expression that the column is sorted by, and the type of its values;
 * *own: they are the column's, and no text made of it.
 */
extern char *scim_column_order_sql(const ScimColumnSql *column, Oid *type, bool *own);

/* The value as jsonb, NULL where it stands for none: of what is compared by code or in JSON. */
extern char *scim_column_json_sql(const ScimColumnSql *column);

#endif							/* SCIM_QUERY_COLUMN_H */
