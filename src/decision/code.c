/*
 * code.c
 *		Whose code it is that writes.
 */
#include "postgres.h"

#include "base/actor.h"
#include "base/compat.h"
#include "decision/code.h"
#include "miscadmin.h"
#include "resource/frame.h"
#include "utils/acl.h"

/* Groups follow their members with the rights of their owner. */
static Oid
writing_user(const ScimRegistration *table)
{
	const ScimPending *pending = scim_pending_for(table->root);

	return pending ? pending->user : GetUserId();
}

bool
scim_trusts_code(const ScimRegistration *table)
{
	Oid			user = writing_user(table);

	return scim_is_own_code(user) ||
		(!InSecurityRestrictedOperation() && scim_owns_relation(table->root, user));
}

bool
scim_owner_acts(const ScimRegistration *table)
{
	return scim_owns_relation(table->root, scim_acting_role()) && scim_trusts_code(table);
}
