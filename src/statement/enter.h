/*
 * enter.h
 *		Entering: by a token, the rest of the transaction runs as its role, and in its tenant.
 *
 * The role is set as SET LOCAL ROLE does: the session's user must be a member of it, and with
 * the transaction it ends.  base/entered.h keeps who it is.
 */
#ifndef SCIM_STATEMENT_ENTER_H
#define SCIM_STATEMENT_ENTER_H

#include "postgres.h"

#include "base/entered.h"
#include "base/errors.h"

typedef struct ScimEntry
{
	ScimEntered who;
	const char *problem;		/* why nobody enters by it; NULL: nothing is wrong with it */
	ScimErrorCode code;			/* of that problem */
} ScimEntry;

/* Who enters by the token of that digest (SHA-256), if he may. */
extern ScimEntry scim_entry_of_token(bytea *digest);

/* Enters, if nothing is wrong with it; else the error of its code. */
extern void scim_enter_by(const ScimEntry *entry);

/* Why no token may be for that role: it could do more than be one's; NULL: it may. */
extern const char *scim_no_role_of_tokens(Oid role);

#endif							/* SCIM_STATEMENT_ENTER_H */
