/*
 * patch.h
 *		PATCH (RFC 7644 section 3.5.2): parsed once, applied to the row that is
 *		locked.
 *
 * Members and passwords are kept apart: what a patch does to them does not
 * depend on the row, and they are not stored in the document.
 */
#ifndef SCIM_CORE_PATCH_H
#define SCIM_CORE_PATCH_H

#include "core/mentions.h"

typedef struct ScimPatch ScimPatch;

/* What a patch does to members: all of its operations, in one. */
typedef struct ScimMemberChange
{
	bool		replace;		/* the members become exactly "add" */
	ScimMember *add;			/* no duplicates; disjoint from remove */
	int			add_count;
	ScimMember *remove;			/* empty when "replace" */
	int			remove_count;
	bool		has_filters;	/* more are to be removed, perhaps of "add": see
								 * scim_match_patch_members */
} ScimMemberChange;

#endif							/* SCIM_CORE_PATCH_H */
