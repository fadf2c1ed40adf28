/*
 * conflict_prompt.h
 *		The prompt resolve_conflict: a change was made of a version that is no longer there.
 */
#ifndef SCIM_TOOLS_CONFLICT_PROMPT_H
#define SCIM_TOOLS_CONFLICT_PROMPT_H

#include "core/schema.h"

/*
 * What changed since, what of the caller's change fits, and what a person must decide, in
 * words for a model; palloc'd.  The errors of reading the resource, unless it was deleted;
 * INVALID_VERSION_FORMAT.
 */
extern char *scim_conflict_prompt(const ScimResourceType *type, const char *id,
								  const char *expected);

#endif							/* SCIM_TOOLS_CONFLICT_PROMPT_H */
