/*
 * path.h
 *		Attribute paths: [URN ":"] attribute ["." sub-attribute]
 *		(RFC 7644 section 3.10 and figure 7, without value filters).
 */
#ifndef SCIM_PATH_H
#define SCIM_PATH_H

#include "core/schema.h"

struct ScimFilter;

typedef struct ScimPath
{
	const ScimSchema *extension;	/* the extension it leads into, or NULL */
	const ScimAttribute *attribute; /* NULL: the extension as a whole */
	const ScimAttribute *sub;		/* NULL: the attribute as a whole */
	struct ScimFilter *filter;	/* of attr[filter] or attr[filter].sub; NULL: none */
	char	   *text;			/* as the schemas spell it, without the filter */
} ScimPath;

/*
 * Resolves a path against a resource type.  Attribute names and URNs are
 * case-insensitive; the URN of the core schema may stand in front.
 * Errors: INVALID_PATH with "path" (malformed, unknown attribute, value filter).
 */
extern void scim_resolve_path(const ScimResourceType *type, const char *path, int length, ScimPath *result);

#endif							/* SCIM_PATH_H */
