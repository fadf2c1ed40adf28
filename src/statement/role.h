/*
 * role.h
 *		Acting as another role.
 */
#ifndef SCIM_STATEMENT_ROLE_H
#define SCIM_STATEMENT_ROLE_H

#include "postgres.h"

/* Who acts, and how; an error restores it, too, as the (sub)transaction ends. */
typedef struct ScimRole
{
	Oid			role;
	int			context;
	int			nesting;		/* of settings; 0: they are as they were */
} ScimRole;

/*
 * Acts as the owner of a table, as foreign keys do: what triggers do then is
 * done with the owner's rights.
 */
extern void scim_act_as(Oid owner, ScimRole *old);

/*
 * The same, of the table with that OID, for statements whose values are not the caller's:
 * no plan has them, which a session can have itself shown (debug_print_plan).
 */
extern void scim_act_as_owner_of(Oid relid, ScimRole *old);

/* Acts as before. */
extern void scim_act_as_before(const ScimRole *old);

#endif							/* SCIM_STATEMENT_ROLE_H */
