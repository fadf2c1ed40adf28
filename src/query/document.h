/*
 * document.h
 *		The SQL of attributes of a created table.
 */
#ifndef SCIM_QUERY_DOCUMENT_H
#define SCIM_QUERY_DOCUMENT_H

#include "core/path.h"
#include "query/attribute_sql.h"
#include "registry/registration.h"

/* As registry/storage.h says of each. */
extern void scim_document_attribute_sql(const ScimPath *path, const ScimRegistration *registration,
										ScimAttributeSql *result);
extern void scim_document_sort_sql(const ScimPath *path, const ScimRegistration *registration,
								   ScimAttributeSql *result);
extern char *scim_document_elements_sql(const ScimPath *path, const ScimRegistration *registration);
extern char *scim_document_present_sql(const ScimPath *path, const ScimRegistration *registration);
extern char *scim_document_object_sql(const ScimPath *path, const ScimRegistration *registration);
extern void scim_document_time_sql(const ScimPath *path, const ScimRegistration *registration,
								   ScimColumn column, ScimAttributeSql *result);
extern char *scim_document_version_sql(const ScimRegistration *registration);

#endif							/* SCIM_QUERY_DOCUMENT_H */
