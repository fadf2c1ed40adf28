/*
 * guard.c
 *		What leases and policies keep from being written.
 *
 * It is asked under the lock of the resource's row: whoever wants a lease waits there
 * until what is written is committed, and whoever had it first is seen here, as leases
 * are read with what is committed now.
 */
#include "postgres.h"

#include "base/actor.h"
#include "base/compat.h"
#include "base/settings.h"
#include "column/id.h"
#include "commands/trigger.h"
#include "decision/code.h"
#include "decision/guard.h"
#include "decision/hold.h"
#include "decision/lease.h"
#include "decision/lease_id.h"
#include "decision/policy_guard.h"
#include "decision/refusal.h"
#include "executor/spi.h"
#include "registry/cache.h"
#include "resource/frame.h"
#include "statement/parameters.h"
#include "statement/statement.h"
#include "utils/acl.h"

/* ---- whom they bind ---- */

bool
scim_leases_bind(const ScimRegistration *table)
{
	if (SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA)
		return false;
	return scim_call_around(NULL) != NULL ||
		(table->enforce && !scim_owner_acts(table));
}

/* ---- which leases are named ---- */

/* Lists of them: those of the calls under way, from the inner one out, then the session's. */
typedef struct NamedLists
{
	const ScimCall *call;		/* whose was the last one; NULL: none's yet */
	bool		ended;
} NamedLists;

/* NULL: there are no more. */
static const ScimUuids *
next_list(NamedLists *lists)
{
	while (!lists->ended)
	{
		lists->call = scim_call_around(lists->call);
		lists->ended = lists->call == NULL;
		if (lists->ended)
			return scim_setting_lease_ids;
		if (lists->call->leases)
			return lists->call->leases;
	}
	return NULL;
}

static bool
is_named(const pg_uuid_t *lease_id)
{
	NamedLists	lists = {NULL};
	const ScimUuids *list;

	while ((list = next_list(&lists)) != NULL)
	{
		if (scim_has_uuid(list, lease_id))
			return true;
	}
	return false;
}

/* One of those named that is, or was, a lease of the resource; NULL: there is none. */
static const pg_uuid_t *
find_named(const char *tenant, const char *type, const char *id)
{
	NamedLists	lists = {NULL};
	const ScimUuids *list;
	const pg_uuid_t *found = NULL;

	while (found == NULL && (list = next_list(&lists)) != NULL)
		found = scim_find_lease_id_of(list, tenant, type, id);
	return found;
}

/* ---- the guard ---- */

/* What a lease has against a write: "lost" is named, and not in force; or others hold "lease". */
typedef struct Objection
{
	ScimLease	lease;
	const pg_uuid_t *lost;		/* NULL: none */
} Objection;

static bool
find_objection(const char *tenant, const char *type, const char *id, Objection *objection)
{
	bool		held = scim_find_lease(tenant, type, id, &objection->lease);
	bool		named = held && is_named(&objection->lease.lease_id);

	objection->lost = named ? NULL : find_named(tenant, type, id);
	return objection->lost || (held && !(named && scim_is_own_lease(&objection->lease)));
}

bool
scim_lease_objects(const ScimRegistration *table, const char *tenant, const char *id)
{
	Objection	objection;

	return find_objection(tenant, table->type->name, id, &objection);
}

void
scim_check_lease(const ScimRegistration *table, const char *tenant, const char *id)
{
	Objection	objection;

	if (!find_objection(tenant, table->type->name, id, &objection))
		return;
	table = scim_guarded_table(table);
	if (table == NULL)
		return;
	if (objection.lost)
		scim_throw_lease_lost(table, tenant, id, objection.lost);
	scim_throw_lease_held(table, &objection.lease);
}

void
scim_guard_resource(const ScimRegistration *table, const char *tenant, const char *id)
{
	if (scim_leases_bind(table))
		scim_check_lease(table, tenant, id);
}

void
scim_guard_delete(const ScimRegistration *table, const char *tenant, const char *id)
{
	ScimGuarded guarded = {
		.table = table,
		.tenant = tenant,
		.id = id,
		.call = scim_call_on_row(table->root, tenant, id),
		.operation = SCIM_DELETES,
		.operations = SCIM_DELETES
	};

	if (!scim_leases_bind(table))
		return;
	scim_check_lease(table, tenant, id);
	scim_check_policy(scim_policy_on(table, tenant, guarded.call), &guarded);
}

/* ---- all resources of a table ---- */

/* tenant, id: marked as deleted or not */
static const ScimStatement find_resource = {
	.sql = "SELECT FROM {table} WHERE {of_tenant} AND {id}" EQ "$2",
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER},
	.as_owner = true,
	.latest = true
};

static bool
can_have(const ScimRegistration *table, const char *tenant)
{
	return table->tenant_type ? scim_is_id(table->tenant_type, tenant)
		: strcmp(table->tenant, tenant) == 0;
}

/* A lease does not end with the resource, which may also be in another part of the table. */
static bool
has_resource(const ScimRegistration *table, const ScimLease *lease)
{
	Datum		values[2];
	bool		found;

	if (!can_have(table, lease->tenant) || !scim_parse_id(table->id_type, lease->id, &values[1]))
		return false;
	values[0] = scim_tenant_datum(table, lease->tenant);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	found = scim_run(&find_resource, table, values, NULL, false) > 0;
	SPI_finish();
	return found;
}

static bool
is_in_the_way(const ScimLease *lease, const void *argument)
{
	return !(is_named(&lease->lease_id) && scim_is_own_lease(lease)) &&
		has_resource(argument, lease);
}

void
scim_guard_all(const ScimRegistration *table, ScimOperation operation)
{
	ScimPolicyChange change = {.members = operation == SCIM_PATCHES};
	const ScimRegistration *root;
	ScimLease	lease;

	if (!scim_leases_bind(table))
		return;
	root = scim_guarded_table(table);
	if (root && scim_find_lease_of_type(table->type->name, is_in_the_way, table, &lease))
		scim_throw_lease_held(root, &lease);
	if (root)
		scim_check_policies(table, operation, operation == SCIM_PATCHES ? &change : NULL);
}
