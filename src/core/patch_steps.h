/*
 * patch_steps.h
 *		The steps that patch_parse.c and patch_change.c make of operations, and
 *		patch_apply.c does to a resource.  For these files alone.
 *
 * Operations without a path, and those on complex attributes, are taken apart
 * into steps on single attributes and sub-attributes: "add" and "replace" of a
 * complex value both touch just what they name (RFC 7644 section 3.5.2).
 */
#ifndef SCIM_CORE_PATCH_STEPS_H
#define SCIM_CORE_PATCH_STEPS_H

#include "core/mentions.h"
#include "core/patch.h"
#include "core/path.h"
#include "core/path_set.h"
#include "core/rules.h"

typedef enum ScimStepKind
{
	STEP_SET,					/* the (sub-)attribute becomes "value" */
	STEP_UNSET,					/* it (attribute NULL: the extension) becomes unassigned */
	STEP_APPEND,				/* the values in "value" are added to those of the attribute */
	STEP_TAKE_OUT,				/* the values that have all that a value in "value" has go */
	STEP_MERGE,					/* what "value" has is put into the values; null removes */
	STEP_ADD_SCHEMAS,			/* the URNs that are set in "schemas" are added */
	STEP_REPLACE_SCHEMAS,		/* the others are taken out as well */
	STEP_SAME					/* readOnly: "value" must be what is there */
} ScimStepKind;

typedef struct ScimStep
{
	ScimStepKind kind;
	ScimPath	path;			/* with a filter: only the values that match are meant */

	/*
	 * Containers are jbvBinary, in STEP_APPEND and STEP_TAKE_OUT one by one in an array: a patch
	 * may be applied again, so nothing that a tree shares with it may change.
	 */
	JsonbValue	value;
	bool	   *schemas;		/* see scim_read_schemas */
	int			operation;		/* that it was made of, from 0 */
} ScimStep;

struct ScimPatch
{
	const ScimResourceType *type;
	ScimIds		ids;
	ScimReading reading;
	ScimStep   *steps;
	int			count;
	int			capacity;
	int			operation;		/* that is being parsed */
	bool		is_vague;		/* it has no value, and members that nobody knows: was one meant? */
	bool		is_empty;		/* there were no operations */
	bool		needs_shown;	/* is there a STEP_SAME? */
	bool		has_members;
	ScimMentions mentions;
	ScimMemberChange members;
	bool		has_password;
	char	   *password;
};

typedef enum ScimOp
{
	SCIM_OP_ADD, SCIM_OP_REMOVE, SCIM_OP_REPLACE
} ScimOp;

typedef struct ScimPatchList ScimPatchList;

/* A patch that is being applied. */
typedef struct ScimPatchRun
{
	const ScimRules *rules;
	const ScimMatching *matching;
	ScimPathSet *differs;		/* see scim_apply_patch */
	int			operation;		/* that is under way, for errors; -1: all */
	int64		work;			/* what was done: see scim_charge */
	ScimPatchList *lists;		/* those that are open: see patch_list.h */
} ScimPatchRun;

#endif							/* SCIM_CORE_PATCH_STEPS_H */
