/*
 * path.h
 *		Attribute paths: [URN ":"] attribute ["[" filter "]"] ["." sub-attribute]
 *		(RFC 7644 section 3.10 and figure 7).
 */
#ifndef SCIM_CORE_PATH_H
#define SCIM_CORE_PATH_H

#include "core/schema.h"

struct ScimFilter;

typedef struct ScimPath
{
	const ScimSchema *extension;	/* the extension it leads into, or NULL */
	const ScimAttribute *attribute; /* NULL: the extension as a whole */
	const ScimAttribute *sub;	/* NULL: the attribute as a whole */
	struct ScimFilter *filter;	/* of attr[filter] or attr[filter].sub; NULL: none */
	char	   *text;			/* as the schemas spell it, without the filter */
} ScimPath;

/*
 * The same for a path without a value filter, and without errors: NULL, or what
 * is wrong, to be said behind the path ("is no attribute of User").  An
 * attribute of one extension may stand without its URN, if "unqualified".
 */
extern const char *scim_find_path(const ScimResourceType *type, const char *path, int length,
								  bool unqualified, ScimPath *result);

/* How long is the name of the attribute, or extension, that a path of the type begins with? */
extern int	scim_top_length(const ScimResourceType *type, const char *path);

#endif							/* SCIM_CORE_PATH_H */
