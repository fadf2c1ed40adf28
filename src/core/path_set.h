/*
 * path_set.h
 *		Paths in a resource that an answer is to name: few enough to be read.
 */
#ifndef SCIM_CORE_PATH_SET_H
#define SCIM_CORE_PATH_SET_H

#include "core/place.h"

/* So many are named. */
#define SCIM_NAMED_PATHS 50

/*
 * All zero is the empty set.  Of more than SCIM_NAMED_PATHS paths only the
 * top-level names are kept, and of these no more than as many.
 */
typedef struct ScimPathSet
{
	int			count;
	char	   *paths[SCIM_NAMED_PATHS];
	int			top_count;
	char	   *tops[SCIM_NAMED_PATHS];
	bool		overflown;		/* there were more paths: the tops count */
} ScimPathSet;

/* Adds a path, unless it is there; its name is copied. */
extern void scim_name_path(ScimPathSet *set, const ScimPlace *place);

/* The same of a path as text, of which so many bytes are the top-level name. */
extern void scim_name_path_text(ScimPathSet *set, const char *path, int top_length);

/* Would no further path be named? */
extern bool scim_path_set_is_full(const ScimPathSet *set);

/*
 * The paths as an array of strings, in the order in which they came; copied
 * into the current memory context.
 */
extern JsonbValue *scim_named_paths(const ScimPathSet *set);

#endif							/* SCIM_CORE_PATH_SET_H */
