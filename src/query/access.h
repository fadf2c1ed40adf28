/*
 * access.h
 *		What of a resource is kept in its table: what clients can write there,
 *		and what is only shown.
 *
 * Discovery and filters ask the same: what no schema shows cannot be searched,
 * and the other way round.
 */
#ifndef SCIM_QUERY_ACCESS_H
#define SCIM_QUERY_ACCESS_H

#include "core/filter.h"
#include "registry/registration.h"

typedef enum ScimAccess
{
	SCIM_NOT_KEPT,				/* no resource ever has a value */
	SCIM_SHOWN_ONLY,			/* it is scimver's, or the application's, to write */
	SCIM_AS_SCHEMA				/* the table sets no limit: what the schema says is so */
} ScimAccess;

/*
 * What the table has of an attribute (of any path, its "text" and "filter" do
 * not count), or of an extension as a whole.
 */
extern ScimAccess scim_access(const ScimRegistration *registration, const ScimPath *path);

/*
 * Is a new resource refused without it: a column that takes no NULL, and for
 * which there is no other value?
 */
extern bool scim_needs_value(const ScimRegistration *registration, const ScimPath *path);

/* Is the attribute's one value kept unique by an index on its column, whatever the schema says? */
extern bool scim_is_kept_unique(const ScimRegistration *registration, const ScimPath *path);

/* Is text of the attribute compared as its columns do, where case counts? */
extern bool scim_is_compared_exactly(const ScimRegistration *registration, const ScimPath *path);

/*
 * The only values that the table takes, ended by a NULL: those that codes of its
 * columns stand for, labels of enums, or the filters of its slots say; of a member's type, those
 * that can be members.  NULL: others are taken, too.
 */
extern const char *const *scim_only_values(const ScimRegistration *registration,
										   const ScimPath *path);

/* Can resources of the type be members of groups? */
extern bool scim_can_be_member(const ScimResourceType *type);

/* Why no resource has the attribute, for an error; NULL: the table has a place for it. */
extern const char *scim_lacks(const ScimRegistration *registration, const ScimPath *path);

/*
 * INVALID_FILTER, with the path and the position: the filter asks for what is
 * not kept in the table.
 */
extern void scim_check_filter_access(const ScimRegistration *registration,
									 const ScimFilter *filter);

/* The same of an attribute that is to be sorted by, which has no position. */
extern void scim_check_sort_access(const ScimRegistration *registration, const ScimPath *path);

#endif							/* SCIM_QUERY_ACCESS_H */
