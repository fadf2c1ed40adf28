/*
 * merge.h
 *		Two changes of one content, put together: a three-way merge.
 *
 * Values in, values out.  Attributes go by themselves, objects by member, the values
 * of multi-valued attributes by what tells them apart, never by position.  What only
 * one side changed is taken; what both changed otherwise is a conflict, unless a rule
 * says what becomes of it.
 */
#ifndef SCIM_CORE_MERGE_H
#define SCIM_CORE_MERGE_H

#include "core/merge_result.h"
#include "core/merge_rules.h"
#include "core/patch.h"

/*
 * Merges three contents (resources as clients read them, or documents).  With a type,
 * attributes that are never returned, or hold such, go as a whole, and nothing of the
 * result tells whether a value of mine is the one that is stored: what theirs changed
 * and mine has, or lacks, is a conflict.  Of these, mine changed only what the patch
 * names that made it of the base; NULL: mine was given as a whole.  Results refer to
 * copies in the current context.  Errors: INVALID_VALUE where there is no content
 * (scim_content_form), or a rule meets what it cannot compute, with the rule's path.
 */
extern void scim_merge_contents(const ScimResourceType *type, Jsonb *base, Jsonb *mine,
								const ScimPatch *patch, Jsonb *theirs,
								const ScimMergeRules *rules, ScimMerge *merge);

#endif							/* SCIM_CORE_MERGE_H */
