/*
 * text.h
 *		Comparing text in mapped columns, and the text of other types.
 */
#ifndef SCIM_QUERY_TEXT_H
#define SCIM_QUERY_TEXT_H

#include "query/comparison.h"

/* Appends the comparison with a literal: of text, and of another type by its text. */
extern void scim_compare_text(ScimSql *sql, const ScimColumnSql *column, ScimFilterOp op,
							  const char *literal);
extern void scim_compare_by_text(ScimSql *sql, const ScimColumnSql *column, ScimFilterOp op,
								 const char *literal);

/* Is the column text, and of a collation that takes different texts for the same? */
extern bool scim_is_loose(const ScimColumnSql *column);

/* Appends that the folded texts are the same, too: then what is equal is found by its parts. */
extern void scim_append_same_text(ScimSql *sql, const ScimColumnSql *column, const char *literal);

/* The text of the value, and that text as it is compared. */
extern char *scim_text_sql(const ScimColumnSql *column);
extern char *scim_compared_text_sql(const ScimColumnSql *column);

#endif							/* SCIM_QUERY_TEXT_H */
