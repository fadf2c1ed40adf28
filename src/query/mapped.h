/*
 * mapped.h
 *		The SQL of attributes of a mapped table: which columns
 *		they are in, and what of them is in its document.
 */
#ifndef SCIM_QUERY_MAPPED_H
#define SCIM_QUERY_MAPPED_H

#include "core/filter.h"
#include "nodes/pg_list.h"
#include "query/attribute_sql.h"
#include "registry/mapped_plan.h"

/* As registry/storage.h says of each; an attribute comes from all sources of its values. */
extern void scim_mapped_attribute_sql(const ScimPath *path, const ScimRegistration *registration,
									  ScimAttributeSql *result);
extern void scim_mapped_sort_sql(const ScimPath *path, const ScimRegistration *registration,
								 ScimAttributeSql *result);
extern char *scim_mapped_elements_sql(const ScimPath *path, const ScimRegistration *registration);
extern char *scim_mapped_present_sql(const ScimPath *path, const ScimRegistration *registration);
extern char *scim_mapped_object_sql(const ScimPath *path, const ScimRegistration *registration);
extern void scim_mapped_time_sql(const ScimPath *path, const ScimRegistration *registration,
								 ScimColumn column, ScimAttributeSql *result);
extern char *scim_mapped_version_sql(const ScimRegistration *registration);

/* The columns that the attribute has values in; List of ScimMappedColumn. */
extern List *scim_columns_of(const ScimPath *path, const ScimRegistration *registration);

/*
 * The columns of the attribute of a value path, if each of its elements can be
 * asked for by itself, without being put together: what it is made of is in
 * columns, or in the document, and the filter needs nothing of both.
 */
extern const ScimMappedAttribute *scim_mapped_slots(const ScimPath *path,
													const ScimRegistration *registration,
													const ScimFilter *filter);

/*
 * An element made of columns: its condition to be there, a sub-attribute, and
 * whether that has a value.
 */
extern char *scim_slot_exists_sql(const ScimMappedSlot *slot);
extern void scim_slot_attribute_sql(const ScimPath *path, const ScimMappedSlot *slot,
									ScimAttributeSql *result);
extern char *scim_slot_present_sql(const ScimPath *path, const ScimMappedSlot *slot);

/*
 * The elements of the attribute that are in the document alone, as a FROM list
 * of rows e; NULL: the table has none.
 */
extern char *scim_data_elements_sql(const ScimPath *path, const ScimRegistration *registration);

#endif							/* SCIM_QUERY_MAPPED_H */
