/*
 * bound.h
 *		Comparing numbers and instants in mapped columns.
 */
#ifndef SCIM_QUERY_BOUND_H
#define SCIM_QUERY_BOUND_H

#include "query/comparison.h"
#include "utils/jsonb.h"

/* Appends the comparison with a literal. */
extern void scim_compare_bound(ScimSql *sql, const ScimColumnSql *column, ScimFilterOp op,
							   const JsonbValue *literal);

/* The condition that the column's value is one of the attribute. */
extern char *scim_bound_present_sql(const ScimColumnSql *column);

/* Has the column's type values that are none of the attribute? */
extern bool scim_is_bounded(const ScimColumnSql *column);

#endif							/* SCIM_QUERY_BOUND_H */
