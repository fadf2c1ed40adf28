/*
 * entered.h
 *		Who has entered by a token: as whom, and in which tenant, the rest of the transaction
 *		runs (statement/enter.h).
 *
 * It is kept in memory that no setting reaches, and is gone with the transaction, or with the
 * subtransaction in which it was entered, if that is taken back.  Parallel workers know
 * nothing of it.
 */
#ifndef SCIM_BASE_ENTERED_H
#define SCIM_BASE_ENTERED_H

#include "postgres.h"

/* What a token is good for. */
typedef enum ScimScope
{
	SCIM_SCOPE_SCIM = 1,
	SCIM_SCOPE_MCP = 2,
	SCIM_SCOPE_READ_ONLY = 4	/* takes from the others what writes */
} ScimScope;

typedef struct ScimEntered
{
	const char *token;			/* its id; NULL: without one (scim_enter_role) */
	const char *principal;		/* "User/2819", "token:<id>" */
	Oid			role;
	const char *tenant;
	const char *subject_type;	/* of the subject; NULL: there is none */
	const char *subject_id;
	const char *tools;			/* as scimver.toolset has them; NULL: all */
	const char *profile;		/* NULL: as is set */
	const char *agent;			/* NULL: as is set */
	int			scopes;			/* of ScimScope */
	int			max_per_minute; /* 0: any number */
} ScimEntered;

/* NULL: nobody. */
extern const ScimEntered *scim_entered(void);

/* The principal; NULL: nobody has entered. */
extern const char *scim_principal(void);

/* From now on; what "entered" refers to is copied.  Nobody has entered before. */
extern void scim_set_entered(const ScimEntered *entered);

#endif							/* SCIM_BASE_ENTERED_H */
