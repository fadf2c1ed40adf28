/*
 * refusal.c
 *		LEASE_HELD and LEASE_LOST: what is told of a lease to whoever is refused.
 *
 * What a holder says of itself, and a lease_id, are for the client alone: neither is for
 * the server's log, which others read than the table.
 */
#include "postgres.h"

#include "base/actor.h"
#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "column/instant.h"
#include "decision/refusal.h"
#include "history/rights.h"
#include "miscadmin.h"
#include "resource/show.h"
#include "utils/fmgrprotos.h"
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

static void
add_private_text(ScimError *error, const char *field, const char *value)
{
	JsonbValue	text;

	if (value == NULL)
		return;
	text = scim_text(value);
	scim_error_private(error, field, &text, NULL);
}

/* By the clock; 1 at least, as the lease may have ended meanwhile. */
static int64
milliseconds_to(TimestampTz end)
{
	return Max(1, TimestampDifferenceMilliseconds(GetCurrentTimestamp(), end));
}

void
scim_throw_lease_held(const ScimRegistration *table, const ScimLease *lease)
{
	ScimError  *error = scim_error(SCIM_LEASE_HELD);
	const char *type = table->type->name;
	const char *end = scim_instant_text(lease->expires_at);

	scim_error_whole(error, "resource_type", type);
	if (!is_told(table, lease->tenant))
		scim_throw(error, "a %s that would be changed is held by somebody else", type);
	scim_error_whole(error, "resource_id", lease->id);
	scim_error_whole(error, "expires_at", end);
	scim_error_integer(error, "retry_after_ms", milliseconds_to(lease->expires_at));
	add_private_text(error, "holder", scim_lease_holder(lease));
	add_private_text(error, "purpose", lease->purpose);
	scim_throw(error, "%s \"%-s\" is held by somebody else until %s", type, lease->id,
			   end ? end : "infinity");
}

/* As the server writes it. */
static const char *
uuid_text(const pg_uuid_t *uuid)
{
	return DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(uuid)));
}

void
scim_throw_lease_lost(const ScimRegistration *table, const char *tenant, const char *id,
					  const pg_uuid_t *lease_id)
{
	ScimError  *error = scim_error(SCIM_LEASE_LOST);
	const char *type = table->type->name;

	scim_error_whole(error, "resource_type", type);
	add_private_text(error, "lease_id", uuid_text(lease_id));
	if (!is_told(table, tenant))
		scim_throw(error, "a lease of a %s that would be changed is not in force any more", type);
	scim_error_whole(error, "resource_id", id);
	scim_throw(error, "the lease of %s \"%-s\" is not in force any more", type, id);
}
