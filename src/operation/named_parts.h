/*
 * named_parts.h
 *		What the data of a write names, looked at before it is read in full.
 *
 * Nothing of it is checked: what is malformed is left out, as it will be refused.
 */
#ifndef SCIM_OPERATION_NAMED_PARTS_H
#define SCIM_OPERATION_NAMED_PARTS_H

#include "postgres.h"

#include "resource/frame.h"
#include "utils/jsonb.h"

/* A key of a resource, or of what a patch sets without a path; or the path of an operation. */
typedef struct ScimNamedPart
{
	const char *name;			/* of that length */
	int			length;
	const JsonbValue *value;	/* NULL: none is given */
	bool		is_removed;		/* the operation removes it */
} ScimNamedPart;

typedef void (*ScimVisitPart) (const ScimNamedPart *part, void *argument);

/* Visits each part of the data of a create, an update, or (a message or operations) a patch. */
extern void scim_visit_parts(ScimOperation operation, Jsonb *data, ScimVisitPart visit,
							 void *argument);

#endif							/* SCIM_OPERATION_NAMED_PARTS_H */
