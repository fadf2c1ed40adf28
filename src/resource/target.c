/*
 * target.c
 *		What an operation is about, and the errors that all operations share.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "base/errors.h"
#include "core/projection.h"
#include "core/resource.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "resource/direct_row.h"
#include "resource/groups.h"
#include "resource/member_sum.h"
#include "resource/show.h"
#include "resource/target.h"
#include "resource/version.h"
#include "statement/denied.h"
#include "statement/parameters.h"
#include "statement/profile.h"
#include "statement/statement.h"
#include "statement/tenant.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

void
scim_throw_not_registered(const char *type, const char *path)
{
	ScimError  *error = scim_error(SCIM_NOT_REGISTERED);

	scim_error_text(error, "path", path);
	scim_error_text(error, "resource_type", type);
	if (type == NULL)
		scim_throw(error, "no table is registered");
	scim_throw(error, "no table is registered for the resource type \"%s\"", type);
}

void
scim_begin(ScimTarget *target, const char *type, const char *tenant)
{
	target->caller = CurrentMemoryContext;
	target->has_snapshot = false;
	target->type = scim_resource_type(type);
	target->table = scim_find_table(target->type);
	if (target->table == NULL)
		scim_throw_not_registered(type, NULL);
	target->tenant = scim_tenant_of(target->table, tenant);
	target->rules = scim_rules_in_force(target->tenant);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
}

/* Locks the type's table, if it has one, as it is known when the lock is there. */
static void
lock_table(const char *type, LOCKMODE mode)
{
	for (;;)
	{
		const ScimRegistration *table = scim_find_table(scim_resource_type(type));
		uint64		generation = scim_registration_generation();

		CHECK_FOR_INTERRUPTS();
		if (table == NULL)
			return;
		LockRelationOid(table->relid, mode);
		if (generation == scim_registration_generation())
			return;
	}
}

/*
 * Whoever changes a schema keeps writers out until it is committed
 * (admin/inspect_rows.c): with the table locked, the schema that a document is checked
 * against is the one under which it is stored.
 */
void
scim_begin_write(ScimTarget *target, const char *type, const char *tenant)
{
	lock_table(type, RowExclusiveLock);
	scim_begin(target, type, tenant);
}

/* Did the table itself change, by a transaction that the snapshot does not see? */
static bool
changed_since(Oid relid, Snapshot snapshot)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	TransactionId changer;

	if (!HeapTupleIsValid(tuple))
		return false;
	changer = HeapTupleHeaderGetXmin(tuple->t_data);
	ReleaseSysCache(tuple);
	return TransactionIdIsNormal(changer) && !TransactionIdIsCurrentTransactionId(changer) &&
		XidInMVCCSnapshot(changer, snapshot);
}

static void
push_snapshot(void)
{
	PushActiveSnapshot(GetTransactionSnapshot());
}

/* May a snapshot of before have to be replaced, as the table is another one since? */
static bool
is_outdated(const ScimTarget *target)
{
	return !IsolationUsesXactSnapshot() && !IsInParallelMode() &&
		changed_since(target->table->relid, GetActiveSnapshot());
}

void
scim_begin_read(ScimTarget *target, const char *type, const char *tenant, bool fresh)
{
	lock_table(type, AccessShareLock);
	scim_begin(target, type, tenant);
	if (fresh)
		CommandCounterIncrement();
	else if (!is_outdated(target))
		return;
	push_snapshot();
	target->has_snapshot = true;
}

void
scim_finish_read(const ScimTarget *target)
{
	if (target->has_snapshot)
		PopActiveSnapshot();
	SPI_finish();
}

/* ---- all types ---- */

static bool
may_read(const ScimRegistration *table)
{
	return scim_may_use_schema(get_rel_namespace(table->relid), GetUserId()) &&
		scim_has_privilege(table, ACL_SELECT);
}

/* Locks the tables that there are for the caller, as they are known when the locks are there. */
static void
lock_tables(void)
{
	uint64		generation;

	do
	{
		CHECK_FOR_INTERRUPTS();
		AcceptInvalidationMessages();
		generation = scim_registration_generation();
		for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
		{
			const ScimRegistration *table = scim_find_table(*type);

			if (table && may_read(table))
				LockRelationOid(table->relid, AccessShareLock);
		}
	} while (generation != scim_registration_generation());
}

static int
compare_targets(const void *a, const void *b)
{
	return strcmp(((const ScimTarget *) a)->type->name, ((const ScimTarget *) b)->type->name);
}

static SCIM_NORETURN void throw_no_target(const ScimRegistration *table, const char *tenant);

/* Why a table that there is, or not, is none for the caller. */
static void
throw_no_target(const ScimRegistration *table, const char *tenant)
{
	if (table == NULL)
		scim_throw_not_registered(NULL, NULL);
	(void) scim_tenant_of(table, tenant);
	scim_check_privilege(table, ACL_SELECT);
	scim_throw_no_schema(table, GetUserId());
	elog(ERROR, "no reason not to read table %s", table->table);
}

static void
add_target(ScimTargets *targets, const ScimRegistration *table, char *tenant)
{
	ScimTarget *target = &targets->targets[targets->count++];

	target->table = table;
	target->type = table->type;
	target->tenant = tenant;
	target->rules = scim_rules_in_force(tenant);
	target->caller = targets->caller;
}

static void
find_targets(ScimTargets *targets, const char *given)
{
	const ScimResourceType *const *types = scim_resource_types();
	const ScimResourceType **others;
	const ScimRegistration *first = NULL;
	int			other_count = 0;
	int			count = 0;

	while (types[count])
		count++;
	targets->targets = palloc0(Max(count, 1) * sizeof(ScimTarget));
	targets->types = palloc(Max(count, 1) * sizeof(ScimResourceType *));
	others = palloc(Max(count, 1) * sizeof(ScimResourceType *));
	for (int i = 0; i < count; i++)
	{
		const ScimRegistration *table = scim_find_table(types[i]);
		char	   *tenant = table ? scim_find_tenant(table, given) : NULL;

		if (tenant && may_read(table))
			add_target(targets, table, tenant);
		else if (table)
			others[other_count++] = types[i];
		if (first == NULL)
			first = table;
	}
	if (targets->count == 0)
		throw_no_target(first, given);
	qsort(targets->targets, targets->count, sizeof(ScimTarget), compare_targets);
	for (int i = 0; i < targets->count; i++)
		targets->types[targets->type_count++] = targets->targets[i].type;
	for (int i = 0; i < other_count; i++)
		targets->types[targets->type_count++] = others[i];
}

void
scim_begin_read_all(ScimTargets *targets, const char *tenant, bool fresh)
{
	memset(targets, 0, sizeof(*targets));
	targets->caller = CurrentMemoryContext;
	lock_tables();
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	find_targets(targets, tenant);
	targets->has_snapshot = fresh;
	for (int i = 0; i < targets->count; i++)
		targets->has_snapshot |= is_outdated(&targets->targets[i]);
	if (fresh)
		CommandCounterIncrement();
	if (targets->has_snapshot)
		push_snapshot();
}

void
scim_finish_read_all(const ScimTargets *targets)
{
	if (targets->has_snapshot)
		PopActiveSnapshot();
	SPI_finish();
}

/* ---- what is in no such table ---- */

void
scim_begin_reading(bool fresh)
{
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (!fresh)
		return;
	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
}

void
scim_finish_reading(bool fresh)
{
	if (fresh)
		PopActiveSnapshot();
	SPI_finish();
}

static void
check_version(ScimErrorCode situation, const char *name, const char *version)
{
	if (version && !scim_version_is_well_formed(version, strlen(version)))
		scim_throw_version_format(situation, name, version);
}

void
scim_throw_not_found(const ScimTarget *target, const char *id)
{
	ScimError  *error;

	scim_check_tenant(target->table, target->tenant);
	error = scim_error(target->type->not_found);
	scim_error_text(error, "resource_type", target->type->name);
	scim_error_text(error, "resource_id", id);
	scim_throw(error, "%s \"%s\" does not exist", target->type->name, id);
}

char *
scim_take_id(const ScimTarget *target, const char *id)
{
	const ScimIdType *type = target->table->id_type;
	Datum		value;

	if (!scim_parse_id(type, id, &value))
		scim_throw_not_found(target, id);
	return scim_id_text(type, value);
}

static char *
spelled(const ScimIdType *type, const char *id)
{
	char	   *result = type ? type->spell(id) : NULL;

	return result ? result : pstrdup(id);
}

char *
scim_store_id(const char *type, const char *id)
{
	const ScimRegistration *table = scim_find_table(scim_resource_type(type));

	return spelled(table ? table->id_type : NULL, id);
}

char *
scim_store_member_id(const char *id)
{
	const ScimResourceType *groups = scim_members_type();
	const ScimRegistration *members = groups ? scim_find_members(groups) : NULL;

	return spelled(members ? members->member_type : NULL, id);
}

ScimIds
scim_target_ids(const ScimTarget *target)
{
	const ScimResourceType *groups = scim_members_type();
	const ScimRegistration *members = groups ? scim_find_members(groups) : NULL;
	ScimIds		ids = {.own = target->table->id_type->spell};

	if (members && target->type->has_members)
		ids.others = members->member_type->spell;
	else if (members && target->type->has_groups)
		ids.others = members->id_type->spell;
	return ids;
}

void
scim_throw_not_locked(const ScimTarget *target, const char *id, const char *what)
{
	char	   *known;

	/* a policy of the application's may show rows that it does not let be written */
	if (target->table->storage->explains_denial &&
		check_enable_rls(target->table->relid, InvalidOid, true) == RLS_ENABLED)
	{
		known = scim_take_id(target, id);
		if (scim_fetch(target, known, false, NULL))
			scim_throw_suppressed(target, what);
	}
	scim_throw_not_found(target, id);
}

void
scim_take_view(ScimTarget *target, const ScimView *view)
{
	static const ScimView default_view = {.attribute_count = -1, .excluded_count = -1};

	if (view == NULL)
		view = &default_view;
	check_version(SCIM_KNOWN_VERSION_FORMAT, "known_version", view->known_version);
	target->projection = scim_read_projection(target->type, target->rules,
											  view->attributes, view->attribute_count,
											  view->excluded, view->excluded_count);
	if (view->version)
		target->projection = scim_project_version(target->projection);
}

const char *
scim_read_expected(const char *expected)
{
	if (expected && strcmp(expected, "*") == 0)
		return NULL;
	check_version(SCIM_INVALID_VERSION_FORMAT, "expected_version", expected);
	return expected;
}

ScimError *
scim_mismatch(const ScimTarget *target, ScimErrorCode situation, const char *id,
			  const char *expected, const char *current)
{
	ScimError  *error = scim_error(situation);

	scim_error_text(error, "resource_type", target->type->name);
	scim_error_whole(error, "resource_id", id);
	scim_error_whole(error, "expected_version", expected);
	scim_error_whole(error, "current_version", current);
	return error;
}

void
scim_throw_mismatch(ScimError *mismatch)
{
	scim_throw(mismatch, "Version mismatch: resource was modified");
}

void
scim_throw_suppressed(const ScimTarget *target, const char *what)
{
	scim_throw(scim_error(SCIM_SUPPRESSED),
			   "a trigger or policy of table %s does not let this %s be %s",
			   target->table->table, target->type->name, what);
}

Jsonb *
scim_show_written(const ScimTarget *target, ScimRow *row, bool all_groups)
{
	Jsonb	  **shown;

	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	if (all_groups)
		scim_read_groups(target->table, target->tenant, row, 1, 0);
	shown = scim_show_rows(target->table, target->tenant, row, 1, SCIM_SHOWN_MEMBERS,
						   target->projection, target->caller);
	PopActiveSnapshot();
	return shown[0];
}

/* ---- one row ---- */

const ScimStatement scim_get_statement = {
	.sql = "SELECT {bare} FROM {table} AS r WHERE {key}",
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER}
};

const ScimStatement scim_lock_statement = {
	.sql = "SELECT {bare} FROM {table} AS r WHERE {key} FOR NO KEY UPDATE",
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER}
};

/* tenant, id: lets the trigger fill a NULL version */
static const ScimStatement fill_version = {
	.sql = "UPDATE {table} SET {version}=NULL WHERE {key} AND {version} IS NULL",
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER}
};

static bool
fetch_by(const ScimTarget *target, const ScimStatement *statement, const char *id, bool read_only,
		 ScimRow *row)
{
	Datum		values[2];
	bool		found;

	values[0] = scim_tenant_datum(target->table, target->tenant);
	values[1] = scim_id_datum(target->table, id);
	if (statement != &scim_get_statement ||
		!scim_read_row_directly(target->table, target->tenant, values[1], !read_only, row, &found))
	{
		found = scim_run(statement, target->table, values, NULL, read_only) > 0;
		if (found && row)
			scim_read_row(target->table, 0, row);
	}
	if (found && row && row->version == NULL)
		scim_know_members(target->table, target->tenant, row, !read_only);
	return found;
}

bool
scim_fetch(const ScimTarget *target, const char *id, bool read_only, ScimRow *row)
{
	return fetch_by(target, &scim_get_statement, id, read_only, row);
}

bool
scim_lock_row(const ScimTarget *target, const ScimStatement *statement, const char *id,
			  ScimRow *row)
{
	Datum		values[2];

	/*
	 * twice: what was waited for may have been deleted and inserted anew, which only a new
	 * snapshot sees
	 */
	if (!fetch_by(target, statement, id, false, row) &&
		!fetch_by(target, statement, id, false, row))
		return false;
	if (target->type->has_members)
		scim_refuse_unseen_members(target->table, target->tenant, id);

	/*
	 * where it is computed, the first write of something else fills it: not everybody may write
	 * that column
	 */
	if (target->table->storage->computes_versions)
		(void) scim_know_version_now(target->table, target->tenant, row);
	if (row->version)
		return true;
	values[0] = scim_tenant_datum(target->table, target->tenant);
	values[1] = scim_id_datum(target->table, id);
	scim_run(&fill_version, target->table, values, NULL, false);
	if (!fetch_by(target, statement, id, false, row))
		return false;
	if (row->version == NULL)
		scim_throw_suppressed(target, "written");
	return true;
}
