/*
 * attribute.h
 *		The SQL of an attribute path: of the content as the table's storage has
 *		it, of what stands beside it, and of memberships.
 */
#ifndef SCIM_QUERY_ATTRIBUTE_H
#define SCIM_QUERY_ATTRIBUTE_H

#include "core/path.h"
#include "query/attribute_sql.h"
#include "registry/registration.h"

/* Of what an attribute is asked for. */
typedef enum ScimScope
{
	SCIM_OF_ROW,				/* the row r of the registered table */
	SCIM_OF_SLOT,				/* an element that is made of columns of r: of mapped.h alone */
	SCIM_OF_ELEMENT,			/* the element e.value of the path's multi-valued attribute */
	SCIM_OF_MEMBER,				/* the same, of a group's members as they are shown */
	SCIM_OF_MEMBERSHIP			/* the membership m, as an element of members or groups */
} ScimScope;

/* "registration" may be NULL for elements. */
extern void scim_attribute_sql(const ScimPath *path, const ScimRegistration *registration,
							   ScimScope scope, ScimAttributeSql *result);

/*
 * One value of each row r to sort by: of a multi-valued attribute the primary
 * one's, else the first (RFC 7644 section 3.4.2.3).
 */
extern void scim_sort_sql(const ScimPath *path, const ScimRegistration *registration,
						  ScimAttributeSql *result);

/*
 * The elements of a multi-valued attribute as a FROM list: rows e or m, as
 * *scope says; NULL if it never has any.
 */
extern char *scim_elements_sql(const ScimPath *path, const ScimRegistration *registration,
							   ScimScope *scope);

/* The condition that the attribute has a value (RFC 7644 table 3, "pr"); it is never NULL. */
extern char *scim_present_sql(const ScimPath *path, const ScimRegistration *registration,
							  ScimScope scope);

/*
 * The condition that a single-valued complex attribute of the row r is there;
 * NULL: it always is.
 */
extern char *scim_object_sql(const ScimPath *path, const ScimRegistration *registration);

#endif							/* SCIM_QUERY_ATTRIBUTE_H */
