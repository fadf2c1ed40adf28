/*
 * column_parts.h
 *		What column.c, text.c and bound.c share, and nobody else.
 */
#ifndef SCIM_QUERY_COLUMN_PARTS_H
#define SCIM_QUERY_COLUMN_PARTS_H

#include "column/type.h"
#include "query/column.h"

static inline bool
scim_is_equality(ScimFilterOp op)
{
	return op == SCIM_EQ || op == SCIM_NE;
}

/* Appends the value compared with one of a type, by that type's operator; the same for each of several values. */
extern void scim_append_comparison(ScimSql *sql, const char *value, ScimFilterOp op, Oid type, Datum datum);
extern void scim_append_any(ScimSql *sql, const char *value, const ScimValueType *type, Datum *datums, int count);

/* ---- text (text.c) ---- */

extern void scim_compare_text(ScimSql *sql, const ScimColumnSql *column, ScimFilterOp op, const char *literal);
extern void scim_compare_by_text(ScimSql *sql, const ScimColumnSql *column, ScimFilterOp op, const char *literal);

/* Is the column text, and of a collation that takes different texts for the same? */
extern bool scim_is_loose(const ScimColumnSql *column);

/* Appends that the folded texts are the same, too: then what is equal is found by its parts. */
extern void scim_append_same_text(ScimSql *sql, const ScimColumnSql *column, const char *literal);

/* The text of the value, and that text as it is compared. */
extern char *scim_text_sql(const ScimColumnSql *column);
extern char *scim_compared_text_sql(const ScimColumnSql *column);

/* ---- numbers and instants (bound.c) ---- */

extern void scim_compare_bound(ScimSql *sql, const ScimColumnSql *column, ScimFilterOp op,
							   const JsonbValue *literal);
extern char *scim_bound_present_sql(const ScimColumnSql *column);

/* Has the column's type values that are none of the attribute? */
extern bool scim_is_bounded(const ScimColumnSql *column);

#endif							/* SCIM_QUERY_COLUMN_PARTS_H */
