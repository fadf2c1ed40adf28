/*
 * filter.h
 *		Filters as conditions in SQL.
 */
#ifndef SCIM_QUERY_FILTER_H
#define SCIM_QUERY_FILTER_H

#include "core/filter.h"
#include "registry/registration.h"
#include "statement/sql.h"
#include "utils/jsonb.h"

/*
 * Appends the filter as a condition on the row r of the registered table, true
 * or not for every row and never an error, whatever is stored.  INVALID_FILTER
 * of an attribute that is not kept in the table.
 */
extern void scim_compile_filter(const ScimFilter *filter, const ScimRegistration *registration,
								ScimSql *sql);

/*
 * Which elements of an array does a value filter (what stands in brackets)
 * match?  As in lists; palloc'd, one for each element.  Within SPI.
 */
extern bool *scim_match_elements(const ScimFilter *filter, const JsonbValue *elements);

/*
 * The same of a group's members as they are shown: their ids are compared as
 * ids, and as they are in lists.
 */
extern bool *scim_match_shown_members(const ScimFilter *filter, const JsonbValue *elements);

#endif							/* SCIM_QUERY_FILTER_H */
