/*
 * patch_parse.h
 *		PATCH messages, parsed (RFC 7644 section 3.5.2).
 */
#ifndef SCIM_CORE_PATCH_PARSE_H
#define SCIM_CORE_PATCH_PARSE_H

#include "core/patch.h"
#include "core/spelling.h"

/*
 * Parses operations: an array of operations, or a PatchOp message with
 * "schemas" and "Operations"; what the rules know is understood as the standards
 * have it, so that a patch makes what strict input would.  All that can be checked
 * without the row is checked here.  "ids" tells which ids are the same.  Errors: INVALID_SYNTAX,
 * INVALID_PATH, INVALID_VALUE, NO_TARGET, MUTABILITY, INVALID_FILTER, SENSITIVE,
 * TOO_LARGE, with the path.  The patch refers to the operations' memory; it can
 * be applied any number of times.
 */
extern ScimPatch *scim_parse_patch(const ScimResourceType *type, const ScimRules *rules,
								   Jsonb *operations, const ScimIds *ids);

/* Visits the value filters in the patch's paths, those on members excepted: some more than once. */
extern void scim_visit_patch_filters(const ScimPatch *patch,
									 void (*visit) (const ScimFilter *filter, const void *argument),
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

/*
 * Does the patch touch the password?  *password is then the new one in clear
 * text, or NULL to clear it.
 */
extern bool scim_patch_password(const ScimPatch *patch, char **password);

extern bool scim_patch_needs_shown(const ScimPatch *patch);

/* Are there no operations, which the rules let pass? */
extern bool scim_patch_is_empty(const ScimPatch *patch);

/* Is there anything but members in it? */
extern bool scim_patch_has_attributes(const ScimPatch *patch);

/*
 * Does the patch name the attribute, or a part of it, or all of the extension that it is
 * of?  "extension" NULL: it is of the core schema; "attribute" NULL: does it name anything
 * of the extension?
 */
extern bool scim_patch_names(const ScimPatch *patch, const ScimSchema *extension,
							 const ScimAttribute *attribute);

#endif							/* SCIM_CORE_PATCH_PARSE_H */
