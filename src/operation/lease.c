/*
 * lease.c
 *		The operations on leases.
 *
 * The row of the resource is locked first, as a write would, and only then is the lease
 * looked at: a write that is under way ends before, and the version that is told is the one
 * that the holder has.  Leases of a resource change one after the other so, and no two
 * transactions wait for each other crosswise.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "base/uuids.h"
#include "column/instant.h"
#include "decision/hold.h"
#include "decision/policy_guard.h"
#include "decision/refusal.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "operation/lease.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "resource/target.h"
#include "statement/parameters.h"
#include "statement/tenant.h"
#include "tcop/utility.h"

/* Of a lease on the row, where results are to live. */
static Jsonb *
show_lease(const ScimTarget *target, const ScimLease *lease, const ScimRow *row)
{
	JsonbValue *shown = scim_new_object();

	scim_set_text(shown, "lease_id", scim_uuid_text(&lease->lease_id));
	scim_set_text(shown, "expires_at", scim_instant_text(lease->expires_at));
	scim_set_text(shown, "version", row->version);
	return scim_write_in(target->caller, shown);
}

/* ---- acquire ---- */

Jsonb *
scim_store_acquire_lease(const char *type, const char *tenant, const char *id, int seconds,
						 const char *purpose)
{
	ScimTarget	target;
	ScimLease	lease;
	ScimRow		row;
	char	   *known;
	Jsonb	   *result;

	PreventCommandIfReadOnly("scim_acquire_lease()");
	scim_check_lease_seconds(seconds);
	if (purpose)
		scim_check_lease_purpose(purpose);
	scim_begin_write(&target, type, tenant);
	known = scim_take_id(&target, id);
	if (!scim_lock_row(&target, &scim_lock_statement, known, &row))
		scim_throw_not_locked(&target, id, "held");
	scim_check_lease_policy(target.table, target.tenant, seconds);
	scim_take_lease(target.table, target.tenant, known, seconds, purpose, &lease);
	result = show_lease(&target, &lease, &row);
	SPI_finish();
	return result;
}

/* ---- renew ---- */

/* The resource may be gone, or be no longer the caller's to see: then so is the lease. */
static bool
extend(const ScimTarget *target, ScimLease *lease, int seconds, ScimRow *row)
{
	Datum		id;

	scim_check_tenant(target->table, target->tenant);
	if (!scim_parse_id(target->table->id_type, lease->id, &id) ||
		!scim_lock_row(target, &scim_lock_statement, lease->id, row))
		return false;
	scim_check_lease_policy(target->table, target->tenant, seconds);
	return scim_extend_lease(lease, seconds);
}

Jsonb *
scim_store_renew_lease(const pg_uuid_t *lease_id, int seconds)
{
	ScimTarget	target;
	ScimLease	lease;
	ScimRow		row;
	Jsonb	   *result;

	PreventCommandIfReadOnly("scim_renew_lease()");
	scim_check_lease_seconds(seconds);
	if (!scim_find_lease_by_id(lease_id, &lease) || !scim_is_own_lease(&lease))
		scim_throw_lease_lost(NULL, NULL, NULL, lease_id);
	scim_begin_write(&target, lease.type, lease.tenant);
	if (!extend(&target, &lease, seconds, &row))
		scim_throw_lease_lost(target.table, lease.tenant, lease.id, lease_id);
	result = show_lease(&target, &lease, &row);
	SPI_finish();
	return result;
}

/* ---- release ---- */

/*
 * tenant, id: a lock, as a write of the row takes it.  Who holds a lease may let go,
 * whatever became of his rights since, and of the resource since his transaction began.
 */
static const ScimStatement lock_for_release = {
	.sql = "SELECT FROM {table} AS r WHERE {key} FOR NO KEY UPDATE",
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER},
	.as_owner = true,
	.latest = true
};

/* If it is there still. */
static void
lock_resource(const ScimTarget *target, const char *id)
{
	Datum		values[2];

	if (!scim_parse_id(target->table->id_type, id, &values[1]))
		return;
	values[0] = scim_tenant_datum(target->table, target->tenant);
	(void) scim_run(&lock_for_release, target->table, values, NULL, false);
}

/* Is there a table that can hold such a resource?  What was registered may be another one now. */
static bool
has_table(const ScimLease *lease)
{
	const ScimRegistration *table = scim_find_table(scim_resource_type(lease->type));

	return table && scim_find_tenant(table, lease->tenant);
}

/* Where there is no table, no row can be locked. */
static void
begin_release(const ScimLease *lease)
{
	ScimTarget	target;

	if (has_table(lease))
	{
		scim_begin_write(&target, lease->type, lease->tenant);
		lock_resource(&target, lease->id);
	}
	else if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
}

bool
scim_store_release_lease(const pg_uuid_t *lease_id)
{
	ScimLease	lease;
	bool		ended;

	PreventCommandIfReadOnly("scim_release_lease()");
	if (!scim_find_lease_by_id(lease_id, &lease) || !scim_is_own_lease(&lease))
		return false;
	begin_release(&lease);
	ended = scim_end_lease(&lease);
	SPI_finish();
	return ended;
}
