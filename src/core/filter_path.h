/*
 * filter_path.h
 *		Paths of clients, with value filters in them (RFC 7644 figure 7), resolved against a
 *		resource type.
 */
#ifndef SCIM_CORE_FILTER_PATH_H
#define SCIM_CORE_FILTER_PATH_H

#include "core/path.h"
#include "core/rules.h"

/*
 * Resolves a path against a resource type.  Attribute names and URNs are
 * case-insensitive; the URN of the core schema may stand in front; a value
 * filter may stand behind the attribute, whoever takes none looks at "filter".
 * Errors: INVALID_PATH with "path" (malformed, unknown attribute); of the value
 * filter those of scim_read_filter, with the position in the path.
 */
extern void scim_resolve_path(const ScimResourceType *type, const ScimRules *rules,
							  const char *path, int length, ScimPath *result);

/* The same; false: the type has no such attribute, and the rules let that pass. */
extern bool scim_resolve_known(const ScimResourceType *type, const ScimRules *rules,
							   const char *path, int length, ScimPath *result);

#endif							/* SCIM_CORE_FILTER_PATH_H */
