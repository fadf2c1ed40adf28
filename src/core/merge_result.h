/*
 * merge_result.h
 *		What a merge finds: the changes of each side, what does not fit, and the rest.
 */
#ifndef SCIM_CORE_MERGE_RESULT_H
#define SCIM_CORE_MERGE_RESULT_H

#include "nodes/pg_list.h"
#include "utils/jsonb.h"

/* A value of a conflict that is NULL is unassigned; or, of what is never returned, not told. */
typedef struct ScimMergeConflict
{
	const char *path;			/* as in scim_find_changes: emails[type eq "work"].value */
	const char *attribute;		/* as the history names it: "emails", "urn:...:User:manager" */
	bool		hidden;			/* the attribute is never returned: no values */
	const JsonbValue *base;
	const JsonbValue *mine;
	const JsonbValue *theirs;
} ScimMergeConflict;

typedef struct ScimMerge
{
	Jsonb	   *merged;			/* normalised, as contents are; holds theirs at conflicts */
	List	   *mine;			/* paths that each side changed, of char *, each once, in order */
	List	   *theirs;
	List	   *conflicts;		/* of ScimMergeConflict * */
} ScimMerge;

#endif							/* SCIM_CORE_MERGE_RESULT_H */
