/*
 * value.h
 *		One value of an attribute compared with the literal of a filter.
 */
#ifndef SCIM_QUERY_VALUE_H
#define SCIM_QUERY_VALUE_H

#include "core/filter.h"
#include "query/attribute_sql.h"
#include "statement/sql.h"

/*
 * Appends the comparison of a filter ("ne" as "eq") with a value of the
 * attribute: true, false, or NULL.
 */
extern void scim_compare_value(ScimSql *sql, const ScimAttributeSql *attribute,
							   const ScimFilter *filter);

/*
 * Appends that the array, of which the attribute's values are elements, has the
 * literal; false, and nothing, if no index could serve.
 */
extern bool scim_compare_elements(ScimSql *sql, const ScimAttributeSql *attribute,
								  const ScimFilter *filter);

/* Appends a text as values of the type (exact, folded) are compared with it. */
extern void scim_append_text_value(ScimSql *sql, ScimSqlType type, const char *value);

/*
 * The least text that is greater than all that begin with the prefix, by code
 * points: its last character that has one, with the next one in its place.
 * NULL if there is none; palloc'd.
 */
extern char *scim_after_prefix(const char *prefix);

#endif							/* SCIM_QUERY_VALUE_H */
