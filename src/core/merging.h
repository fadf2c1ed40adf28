/*
 * merging.h
 *		A merge on its way: where it is, what it has found, and what becomes of a
 *		value that both sides changed.
 */
#ifndef SCIM_CORE_MERGING_H
#define SCIM_CORE_MERGING_H

#include "core/merge_result.h"
#include "core/merge_rules.h"
#include "core/patch.h"
#include "core/sides.h"
#include "lib/stringinfo.h"

typedef struct ScimMerging
{
	const ScimMergeRules *rules;
	const ScimPatch *patch;		/* that made mine of the base; NULL: mine is whole */
	ScimMerge  *merge;
	StringInfoData path;		/* of the value that is at hand, "" of the whole */
	int			attribute;		/* so long is the name of its attribute, in front of the path */
	bool		asks_nobody;	/* no function decides what is at hand */
	bool		told;			/* that both sides changed what is at hand, as a whole */
	Size		paths_size;		/* what the paths in the result take together */
} ScimMerging;

/* What becomes of a value. */
typedef struct ScimMerged
{
	bool		assigned;		/* false: there is none */
	JsonbValue	value;
	bool		changed[SCIM_THREE];	/* by each side */
} ScimMerged;

extern void scim_begin_merging(ScimMerging *merging, const ScimMergeRules *rules,
							   ScimMerge *merge);

/* Goes to a part of the value; returns what leads back. */
extern int	scim_enter_part(ScimMerging *merging, const char *separator, const JsonbValue *name);
extern void scim_leave_part(ScimMerging *merging, int back);

/* The value is that one, or (NULL) none. */
extern void scim_set_merged(ScimMerged *merged, const JsonbValue *value);

/* That side changed the value at hand: its path is to be told. */
extern void scim_add_changed(ScimMerging *merging, int side);

/* Is the value at hand counted, so that what both sides made the same is no agreement? */
extern bool scim_is_counted(const ScimMerging *merging);

/* Is it a function's to decide, and so not looked into? */
extern bool scim_is_decided_whole(const ScimMerging *merging);

/*
 * Both sides changed the value at hand otherwise: a rule says what becomes of it, or
 * it is a conflict, and theirs.  Returns the rule that decided.  INVALID_VALUE where
 * the rule cannot.
 */
extern ScimMergeRule scim_decide(ScimMerging *merging, const JsonbValue *const *of,
								 ScimMerged *merged);

/* The same of an attribute that is never returned: the conflict tells no values. */
extern void scim_decide_hidden(ScimMerging *merging, const JsonbValue *const *of,
							   ScimMerged *merged);

#endif							/* SCIM_CORE_MERGING_H */
