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

#include "core/filter.h"
#include "core/path_set.h"
#include "core/resource.h"

typedef struct ScimPatch ScimPatch;

/* What a patch does to members: all of its operations, in one. */
typedef struct ScimMemberChange
{
	bool		replace;		/* the members become exactly "add" */
	ScimMember *add;			/* no duplicates; disjoint from remove */
	int			add_count;
	ScimMember *remove;			/* empty when "replace" */
	int			remove_count;
	bool		has_filters;	/* more are to be removed, perhaps of "add": see scim_match_patch_members */
} ScimMemberChange;

/* Which elements of an array does a value filter match?  An array of as many. */
typedef bool *(*ScimMatchElements) (const ScimFilter *filter, const JsonbValue *elements);

/* How values are compared with filters. */
typedef struct ScimMatching
{
	ScimMatchElements match;
	char	   *(*fold) (const char *text, int length); /* the same for texts that filters take for equal, unless they are caseExact */
} ScimMatching;

/*
 * Parses operations: an array of operations, or a PatchOp message with
 * "schemas" and "Operations".  All that can be checked without the row is
 * checked here.  "ids" tells which ids are the same.  Errors: INVALID_SYNTAX,
 * INVALID_PATH, INVALID_VALUE, NO_TARGET, MUTABILITY, INVALID_FILTER, SENSITIVE,
 * TOO_LARGE, with the path.  The patch refers to the operations' memory; it can
 * be applied any number of times.
 */
extern ScimPatch *scim_parse_patch(const ScimResourceType *type, Jsonb *operations, const ScimIds *ids);

/* Visits the value filters in the patch's paths, those on members excepted: some more than once. */
extern void scim_visit_patch_filters(const ScimPatch *patch, void (*visit) (const ScimFilter *filter, const void *argument),
									 const void *argument);

/* NULL if the patch does not touch members. */
extern const ScimMemberChange *scim_patch_members(const ScimPatch *patch);

/*
 * The change, once the group is locked and its members ("shown", the value of
 * that attribute; NULL: none) can be matched against the filters.  "added" are
 * those of the change that was prepared, with the types that they turned out to have.
 */
extern const ScimMemberChange *scim_match_patch_members(ScimPatch *patch, const JsonbValue *shown,
														const ScimMember *added, int added_count,
														ScimMatchElements match);

/* Does the patch touch the password?  *password is then the new one in clear text, or NULL to clear it. */
extern bool scim_patch_password(const ScimPatch *patch, char **password);

/*
 * Applies the operations, in order, to a resource as stored.  "shown" is the
 * complete resource as a client reads it (id, meta, groups), against which a
 * pathless value's id, meta, _version and groups are compared: equal is
 * ignored, else MUTABILITY; NULL if scim_patch_needs_shown is false.  With
 * "differs" (of a client that is known to have read another version) it is no
 * error when the operations do not suit what is there: their paths are added.
 * "matching" finds the values that a value filter means.
 * Returns the new document (a tree; the given jsonb is not changed).  Errors:
 * MUTABILITY, NO_TARGET, INVALID_VALUE (two primary values, required missing),
 * TOO_LARGE (scimver.max_patch_work).
 */
extern JsonbValue *scim_apply_patch(const ScimPatch *patch, Jsonb *data, Jsonb *shown, ScimPathSet *differs,
									const ScimMatching *matching);

extern bool scim_patch_needs_shown(const ScimPatch *patch);

/* Is there anything but members in it? */
extern bool scim_patch_has_attributes(const ScimPatch *patch);

#endif							/* SCIM_CORE_PATCH_H */
