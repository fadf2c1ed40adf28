/*
 * guarded.h
 *		A write as policies are asked about it.
 */
#ifndef SCIM_DECISION_GUARDED_H
#define SCIM_DECISION_GUARDED_H

#include "decision/policy_check.h"
#include "registry/registration.h"
#include "resource/frame.h"

typedef struct ScimGuarded
{
	const ScimRegistration *table;
	const char *tenant;
	const char *id;				/* NULL: it has none yet, or all are written */
	const ScimCall *call;		/* whose resource it is; NULL: plain SQL writes it */
	ScimOperation operation;	/* that it is called, and which a role is to be let do */
	int			operations;		/* that it is, in bits */
	const ScimPolicyChange *change; /* NULL: no attributes are asked for */
} ScimGuarded;

#endif							/* SCIM_DECISION_GUARDED_H */
