/*
 * refusal.c
 *		What is told to whom a lease keeps from writing.
 *
 * What the server's log gets of it names no lease and no purpose: the first is as good
 * as a key, the second a stranger's text.
 */
#include "postgres.h"

#include "base/actor.h"
#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "base/uuids.h"
#include "column/instant.h"
#include "decision/refusal.h"
#include "history/rights.h"
#include "miscadmin.h"
#include "utils/timestamp.h"

/*
 * May who acts read the resource?  Statements of scimver's own may run as the owner of a
 * table just now, and what he may read is not for everybody.
 */
static bool
is_told(const ScimRegistration *table, const char *tenant)
{
	Oid			role;
	int			context;
	bool		told;

	GetUserIdAndSecContext(&role, &context);
	SetUserIdAndSecContext(scim_acting_role(), context & ~SECURITY_NOFORCE_RLS);
	told = scim_sees_history(table, tenant);
	SetUserIdAndSecContext(role, context);
	return told;
}

/* Until it ends; 1 at least, as it was in force a moment ago. */
static int64
milliseconds_left(const ScimLease *lease)
{
	int64		left = lease->expires_at - GetCurrentTimestamp();

	return Max((left + 999) / 1000, 1);
}

static void
add_private_text(ScimError *error, const char *field, const char *text)
{
	JsonbValue	value = scim_text(text);

	scim_error_private(error, field, &value, NULL);
}

void
scim_throw_lease_held(const ScimRegistration *table, const ScimLease *lease)
{
	ScimError  *error = scim_error(SCIM_LEASE_HELD);
	const char *until = scim_instant_text(lease->expires_at);

	scim_error_text(error, "resource_type", table->type->name);
	if (!is_told(table, lease->tenant))
		scim_throw(error, "this %s is held by others", table->type->name);
	scim_error_whole(error, "resource_id", lease->id);
	scim_error_text(error, "holder", scim_lease_holder(lease));
	if (lease->purpose)
		add_private_text(error, "purpose", lease->purpose);
	scim_error_text(error, "expires_at", until);
	scim_error_integer(error, "retry_after_ms", milliseconds_left(lease));
	scim_throw(error, "%s \"%s\" is held by \"%s\" until %-s", table->type->name, lease->id,
			   scim_lease_holder(lease), until);
}

void
scim_throw_lease_lost(const ScimRegistration *table, const char *tenant, const char *id,
					  const pg_uuid_t *lease_id)
{
	ScimError  *error = scim_error(SCIM_LEASE_LOST);

	add_private_text(error, "lease_id", scim_uuid_text(lease_id));
	if (table == NULL)
		scim_throw(error, "the lease is not in force any more");
	scim_error_text(error, "resource_type", table->type->name);
	if (!is_told(table, tenant))
		scim_throw(error, "the lease of this %s is not in force any more", table->type->name);
	scim_error_whole(error, "resource_id", id);
	scim_throw(error, "the lease of %s \"%s\" is not in force any more", table->type->name, id);
}
