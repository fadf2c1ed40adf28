/*
 * source.h
 *		A mapped column as a source of values of an attribute.
 */
#ifndef SCIM_QUERY_SOURCE_H
#define SCIM_QUERY_SOURCE_H

#include "query/attribute_sql.h"

/* All values that the column of the row r has of the attribute that it is mapped to. */
extern void scim_column_source(const ScimMappedColumn *column, ScimAttributeSql *result);

/* A single value of the column, given as SQL. */
extern void scim_value_source(const ScimMappedColumn *column, const char *value,
							  ScimAttributeSql *result);

/* Is it a document; and that, as jsonb. */
extern bool scim_is_json_column(const ScimMappedColumn *column);
extern char *scim_column_json(const ScimMappedColumn *column);

/* The column of created or lastModified as an attribute; there is one. */
extern void scim_time_column_source(const ScimPath *path, const ScimRegistration *registration,
									ScimColumn column, ScimAttributeSql *result);

/* The condition that a source has a value, or one of those behind it; it is never NULL. */
extern char *scim_sources_present(const ScimAttributeSql *first);

#endif							/* SCIM_QUERY_SOURCE_H */
