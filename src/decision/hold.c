/*
 * hold.c
 *		Taking leases, holding on, and letting go.
 *
 * Leases are few beside writes, so statements write them, as the table's owner: what he
 * has put on it holds.  They see what is there now: in a transaction that keeps its snapshot,
 * a lease may be newer than that.  Only the table's owner writes them without the lock of the
 * resource's row: for him a statement waits, and then asks the clock once more.
 */
#include "postgres.h"

#include "base/actor.h"
#include "base/control.h"
#include "base/entered.h"
#include "base/errors.h"
#include "base/settings.h"
#include "catalog/pg_type.h"
#include "decision/hold.h"
#include "decision/lease_id.h"
#include "decision/place.h"
#include "decision/refusal.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "statement/own.h"
#include "statement/own_table.h"
#include "statement/role.h"
#include "statement/sql.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/* ---- what is asked for ---- */

void
scim_check_lease_seconds(int seconds)
{
	if (seconds < 1 || seconds > scim_setting_max_lease)
		scim_throw_path(SCIM_BAD_PARAMETER, "seconds", "seconds must be 1 to %d",
						scim_setting_max_lease);
}

void
scim_check_lease_purpose(const char *purpose)
{
	if (pg_mbstrlen(purpose) > SCIM_MOST_LEASE_PURPOSE)
		scim_throw_path(SCIM_BAD_PARAMETER, "purpose", "purpose must have %d characters at most",
						SCIM_MOST_LEASE_PURPOSE);
	if (scim_has_control(purpose, GetDatabaseEncoding() == PG_UTF8))
		scim_throw_path(SCIM_BAD_PARAMETER, "purpose",
						"purpose must be one line, without control characters");
}

/* ---- whose it is ---- */

/* The role that acts; a dump keeps its name, and not its number. */
static const char *
acting_role(void)
{
	return GetUserNameFromId(scim_acting_role(), false);
}

bool
scim_is_own_lease(const ScimLease *lease)
{
	const char *principal = scim_principal();

	return strcmp(lease->actor, acting_role()) == 0 &&
		strcmp(lease->principal ? lease->principal : "", principal ? principal : "") == 0;
}

/* ---- writing ---- */

/* Runs a statement as the owner of the table; false: it found, or kept, no row. */
static bool
write_as_owner(const char *text, int nargs, const Oid *types, Datum *values, const char *nulls)
{
	Oid			table = scim_leases_table();
	ScimRole	role;
	uint64		count;

	if (!OidIsValid(table))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("extension \"%s\" is of a version that has no leases", "scimver"),
				 errhint("ALTER EXTENSION scimver UPDATE")));
	scim_act_as_owner_of(table, &role);
	count = scim_write_own(text, nargs, types, values, nulls);
	scim_act_as_before(&role);
	return count > 0;
}

/* All columns, in their order; one that ended before has the row. */
static const char take_statement[] =
"INSERT INTO %s.scim_leases (tenant_id, resource_type, resource_id, lease_id, actor,"
" principal, agent, purpose, acquired_at, expires_at)"
" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
" ON CONFLICT (tenant_id, resource_type, resource_id) DO UPDATE SET lease_id = excluded.lease_id,"
" actor = excluded.actor, principal = excluded.principal, agent = excluded.agent,"
" purpose = excluded.purpose,"
" acquired_at = excluded.acquired_at, expires_at = excluded.expires_at"
" WHERE scim_leases.expires_at" SQL_OP("<=") "pg_catalog.clock_timestamp()";

/* False: it has one that is in force, or does not keep it. */
static bool
write_lease(const ScimLease *lease, TimestampTz now)
{
	Datum		values[SCIM_LEASE_COLUMNS] = {
		[SCIM_LEASE_TENANT] = CStringGetTextDatum(lease->tenant),
		[SCIM_LEASE_TYPE] = CStringGetTextDatum(lease->type),
		[SCIM_LEASE_RESOURCE] = CStringGetTextDatum(lease->id),
		[SCIM_LEASE_ID] = UUIDPGetDatum(&lease->lease_id),
		[SCIM_LEASE_ACTOR] = CStringGetTextDatum(lease->actor),
		[SCIM_LEASE_PRINCIPAL] = lease->principal ? CStringGetTextDatum(lease->principal)
		: (Datum) 0,
		[SCIM_LEASE_AGENT] = lease->agent ? CStringGetTextDatum(lease->agent) : (Datum) 0,
		[SCIM_LEASE_PURPOSE] = lease->purpose ? CStringGetTextDatum(lease->purpose) : (Datum) 0,
		[SCIM_LEASE_ACQUIRED_AT] = TimestampTzGetDatum(now),
		[SCIM_LEASE_EXPIRES_AT] = TimestampTzGetDatum(lease->expires_at)
	};
	char		nulls[SCIM_LEASE_COLUMNS];

	memset(nulls, ' ', sizeof(nulls));
	if (lease->principal == NULL)
		nulls[SCIM_LEASE_PRINCIPAL] = 'n';
	if (lease->agent == NULL)
		nulls[SCIM_LEASE_AGENT] = 'n';
	if (lease->purpose == NULL)
		nulls[SCIM_LEASE_PURPOSE] = 'n';
	return write_as_owner(take_statement, SCIM_LEASE_COLUMNS, scim_lease_column_types, values,
						  nulls);
}

static TimestampTz
in_seconds(TimestampTz now, int seconds)
{
	return now + seconds * USECS_PER_SEC;
}

void
scim_take_lease(const ScimRegistration *table, const char *tenant, const char *id, int seconds,
				const char *purpose, ScimLease *lease)
{
	const char *type = table->type->name;
	ScimActor	actor = scim_actor();
	TimestampTz now;

	if (scim_find_lease(tenant, type, id, lease))
		scim_throw_lease_held(table, lease);
	now = GetCurrentTimestamp();
	*lease = (ScimLease)
	{
		.tenant = pstrdup(tenant),
			.type = pstrdup(type),
			.id = pstrdup(id),
			.actor = pstrdup(acting_role()),
			.principal = actor.principal ? pstrdup(actor.principal) : NULL,
			.agent = actor.agent[0] ? pstrdup(actor.agent) : NULL,
			.purpose = purpose && purpose[0] ? pstrdup(purpose) : NULL,
			.expires_at = in_seconds(now, seconds),
	};
	scim_make_lease_id(tenant, type, id, &lease->lease_id);
	if (write_lease(lease, now))
		return;
	if (scim_find_lease(tenant, type, id, lease))
		scim_throw_lease_held(table, lease);
	scim_throw_not_kept("scim_leases");
}

/* The lease as it is now; false: it is not there any more, or not the caller's. */
static bool
read_own(ScimLease *lease)
{
	pg_uuid_t	lease_id = lease->lease_id;

	return scim_find_lease_by_id(&lease_id, lease) && scim_is_own_lease(lease);
}

/* A statement that was to write it wrote nothing: is that as it has ended meanwhile? */
static void
check_ended(ScimLease *lease)
{
	if (read_own(lease) && scim_lease_is_in_force(lease))
		scim_throw_not_kept("scim_leases");
}

bool
scim_extend_lease(ScimLease *lease, int seconds)
{
	Oid			types[] = {UUIDOID, TIMESTAMPTZOID};
	Datum		values[2];

	if (!read_own(lease) || !scim_lease_is_in_force(lease))
		return false;
	lease->expires_at = in_seconds(GetCurrentTimestamp(), seconds);
	values[0] = UUIDPGetDatum(&lease->lease_id);
	values[1] = TimestampTzGetDatum(lease->expires_at);
	if (write_as_owner("UPDATE ONLY %s.scim_leases SET expires_at = $2"
					   " WHERE lease_id" SQL_OP("=") "$1 AND expires_at" SQL_OP(">")
					   "pg_catalog.clock_timestamp()",
					   2, types, values, NULL))
		return true;
	check_ended(lease);
	return false;
}

bool
scim_end_lease(ScimLease *lease)
{
	Oid			types[] = {UUIDOID};
	Datum		values[1];
	bool		isnull;

	if (!read_own(lease))
		return false;
	values[0] = UUIDPGetDatum(&lease->lease_id);
	if (write_as_owner("DELETE FROM ONLY %s.scim_leases WHERE lease_id" SQL_OP("=") "$1"
					   " RETURNING expires_at" SQL_OP(">") "pg_catalog.clock_timestamp()",
					   1, types, values, NULL))
		return DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1,
										  &isnull));
	check_ended(lease);
	return false;
}
