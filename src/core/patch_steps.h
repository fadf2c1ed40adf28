/*
 * patch_steps.h
 *		The steps that patch_parse.c and patch_change.c make of operations, and
 *		patch_apply.c does to a resource.  For these files alone.
 *
 * Operations without a path, and those on complex attributes, are taken apart
 * into steps on single attributes and sub-attributes: "add" and "replace" of a
 * complex value both touch just what they name (RFC 7644 section 3.5.2).
 */
#ifndef SCIM_PATCH_STEPS_H
#define SCIM_PATCH_STEPS_H

#include "core/mentions.h"
#include "core/patch.h"

typedef enum ScimStepKind
{
	STEP_SET,					/* the (sub-)attribute becomes "value" */
	STEP_UNSET,					/* it (attribute NULL: the extension) becomes unassigned */
	STEP_APPEND,				/* the values in "value" are added to those of the attribute */
	STEP_ADD_SCHEMAS,			/* the URNs that are set in "schemas" are added */
	STEP_REPLACE_SCHEMAS,		/* the others are taken out as well */
	STEP_SAME					/* readOnly: "value" must be what is there */
} ScimStepKind;

typedef struct ScimStep
{
	ScimStepKind kind;
	const ScimSchema *extension;	/* NULL: core or common */
	const ScimAttribute *attribute;
	const ScimAttribute *sub;	/* NULL: the attribute as a whole */

	/*
	 * Containers are jbvBinary, in STEP_APPEND one by one in an array: a patch
	 * may be applied again, so nothing that a tree shares with it may change.
	 */
	JsonbValue	value;
	bool	   *schemas;		/* see scim_read_schemas */
} ScimStep;

struct ScimPatch
{
	const ScimResourceType *type;
	ScimStep   *steps;
	int			count;
	int			capacity;
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

/* Adds the steps of an operation on an attribute, or on its sub-attribute; "given" of type jbvNull: no value. */
extern void scim_change(ScimPatch *patch, ScimOp op, const ScimSchema *extension,
						const ScimAttribute *attribute, const ScimAttribute *sub,
						const JsonbValue *given);

/* The same for an extension as a whole. */
extern void scim_change_extension(ScimPatch *patch, ScimOp op, const ScimSchema *extension,
								  const JsonbValue *given);

/* The same for each attribute that an object names: of an extension, or (NULL) of the resource. */
extern void scim_change_all(ScimPatch *patch, ScimOp op, const ScimSchema *extension,
							const JsonbValue *given);

#endif							/* SCIM_PATCH_STEPS_H */
