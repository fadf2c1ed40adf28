/*
 * bulk_locks.c
 *		All that a bulk will write is locked before.
 *
 * Single calls lock members, users before groups, and then the group that holds them; who puts
 * groups into groups takes the lock of nesting (group/nesting.c) before these.  Deletes lock
 * the resource, and then the groups that hold it.  So a bulk locks, in this order:
 *
 * 1. its place in the queue (bulk_queue.c), if it may write what is unique, or lock nesting;
 * 2. the queue of deletes (delete.c), if it locks groups, or deletes users;
 * 3. rows of all types but groups, each once, as strongly as it will have to be;
 * 4. nesting, if groups are named as members, or locked FOR UPDATE: then nobody else holds a
 *    group as a member;
 * 5. groups that are named as members, or will be deleted, or may change a key;
 * 6. groups that are written, and those that hold what will be deleted.
 *
 * Rows are locked as their tables' owners, as foreign keys do; but only those that the caller
 * sees, in tables where he has the privilege.  What is left out is refused, or not found, by
 * the operation itself.
 */
#include "postgres.h"

#include "base/texts.h"
#include "executor/spi.h"
#include "group/nesting.h"
#include "miscadmin.h"
#include "operation/bulk_locks.h"
#include "operation/bulk_members.h"
#include "operation/bulk_queue.h"
#include "operation/delete.h"
#include "operation/locked_rows.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "statement/parameters.h"
#include "statement/statement.h"
#include "statement/tenant.h"
#include "statement/works_in.h"
#include "storage/lmgr.h"
#include "tcop/utility.h"
#include "utils/acl.h"
#include "utils/inval.h"

typedef struct BulkLocks
{
	ScimLockedTable *tables;	/* of all types that have one, groups behind the others */
	int			count;
	ScimLockedTable *groups;	/* the last of them, or NULL */
	List	   *tenants;		/* of char *: of the tables that are written, in order, each once */
	bool		queues;
	bool		makes_groups;
	bool		refers;			/* members are named that the bulk makes */
} BulkLocks;

/* ---- tables ---- */

static void
add_table(BulkLocks *locks, const ScimResourceType *type, const char *tenant)
{
	const ScimRegistration *table = scim_find_table(type);
	ScimLockedTable *added = &locks->tables[locks->count];

	if (table == NULL)
		return;
	added->tenant = scim_find_tenant(table, tenant);
	if (added->tenant == NULL || !scim_works_with(table, added->tenant))
		return;
	added->table = table;
	locks->count++;
	if (type->has_members)
		locks->groups = added;
}

/* Groups last, whatever the order in which types were registered. */
static void
find_tables(BulkLocks *locks, const char *tenant)
{
	const ScimResourceType *const *types = scim_resource_types();
	const ScimResourceType *groups = scim_members_type();
	int			count = 0;

	while (types[count])
		count++;
	locks->tables = palloc0((count + 1) * sizeof(ScimLockedTable));
	for (int i = 0; i < count; i++)
	{
		if (types[i] != groups)
			add_table(locks, types[i], tenant);
	}
	if (groups)
		add_table(locks, groups, tenant);
}

static ScimLockedTable *
find_table(const BulkLocks *locks, const ScimResourceType *type)
{
	for (int i = 0; i < locks->count; i++)
	{
		if (strcmp(locks->tables[i].table->type->name, type->name) == 0)
			return &locks->tables[i];
	}
	return NULL;
}

/* May the caller write so?  Who may not holds up nobody. */
static bool
may_write(const ScimRegistration *table, ScimOperation operation)
{
	AclMode		mode = operation == SCIM_CREATES ? ACL_INSERT
	: operation == SCIM_DELETES && !scim_delete_marks(table) ? ACL_DELETE
	: ACL_UPDATE;

	return scim_has_privilege(table, mode);
}

/* Members are written into a table of their own, and are looked up before the group is. */
static bool
may_add_members(const ScimResourceType *type, ScimOperation operation)
{
	const ScimRegistration *members = type->has_members && operation != SCIM_DELETES
	? scim_find_members(type) : NULL;

	return members && scim_has_privilege(members, ACL_INSERT);
}

/* Those that are written, and where members may be named, those that these may be in. */
static void
lock_relations(const BulkLocks *locks)
{
	bool		names_members = locks->groups && locks->groups->is_written;

	for (int i = 0; i < locks->count; i++)
	{
		const ScimLockedTable *table = &locks->tables[i];

		if (table->is_written)
			LockRelationOid(table->table->relid, RowExclusiveLock);
		else if (names_members && table->table->type->can_be_member)
			LockRelationOid(table->table->relid, RowShareLock);
	}
}

/*
 * The tables themselves are locked as by single writes, before any row; and again if they became
 * others while that was waited for.
 */
static void
lock_tables(BulkLocks *locks, const char *tenant, const ScimBulkTarget *targets, int count)
{
	uint64		generation;

	do
	{
		CHECK_FOR_INTERRUPTS();
		AcceptInvalidationMessages();
		generation = scim_registration_generation();
		memset(locks, 0, sizeof(*locks));
		find_tables(locks, tenant);
		for (int i = 0; i < count; i++)
		{
			ScimLockedTable *table = find_table(locks, targets[i].type);

			if (table)
				table->is_written |= may_write(table->table, targets[i].operation) ||
					may_add_members(targets[i].type, targets[i].operation);
		}
		lock_relations(locks);
	} while (generation != scim_registration_generation());
}

/* ---- what the operations name ---- */

/* A change of a key, and a delete, conflict with who holds the row as a member. */
static void
add_target(const BulkLocks *locks, const ScimBulkTarget *target)
{
	ScimLockedTable *table = find_table(locks, target->type);
	bool		removes = target->operation == SCIM_DELETES && table &&
		!scim_delete_marks(table->table);
	ScimLockedRow *row;

	if (table == NULL || target->id == NULL || !may_write(table->table, target->operation))
		return;
	row = scim_add_locked_row(table, target->id);
	if (row == NULL)
		return;
	row->leaves = removes;
	row->target = removes || (target->operation != SCIM_DELETES &&
							  scim_may_write_unique(table->table, target->operation,
													target->data))
		? SCIM_LOCK_UPDATE : SCIM_LOCK_NO_KEY_UPDATE;
}

/* Of which type a member is, only the row tells. */
static void
add_member(const BulkLocks *locks, const ScimRegistration *members, const char *id)
{
	for (int i = 0; i < locks->count; i++)
	{
		ScimLockedTable *table = &locks->tables[i];
		ScimLockedRow *row;

		if (!scim_side_table(members, table->table->type))
			continue;
		row = scim_add_locked_row(table, id);
		if (row)
			row->member = SCIM_LOCK_KEY_SHARE;
	}
}

static void
add_members(BulkLocks *locks, const ScimBulkTarget *target)
{
	const ScimRegistration *members = scim_find_members(scim_members_type());
	ListCell   *cell;

	if (!may_add_members(target->type, target->operation))
		return;
	foreach(cell, scim_bulk_members(target->operation, target->data, &locks->refers))
	{
		CHECK_FOR_INTERRUPTS();
		add_member(locks, members, lfirst(cell));
	}
}

static void
add_operation(BulkLocks *locks, const ScimBulkTarget *target)
{
	const ScimLockedTable *table = find_table(locks, target->type);

	add_target(locks, target);
	add_members(locks, target);
	if (table == NULL || !may_write(table->table, target->operation))
		return;
	if (target->operation == SCIM_CREATES)
	{
		locks->queues = true;
		locks->makes_groups |= target->type->has_members;
	}
	else if (target->operation != SCIM_DELETES)
		locks->queues |= scim_may_write_unique(table->table, target->operation, target->data);
}

static int
compare_tenants(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

static void
find_tenants(BulkLocks *locks)
{
	for (int i = 0; i < locks->count; i++)
	{
		if (locks->tables[i].is_written && !scim_has_text(locks->tenants, locks->tables[i].tenant))
			locks->tenants = lappend(locks->tenants, locks->tables[i].tenant);
	}
	list_sort(locks->tenants, compare_tenants);
}

/* ---- groups ---- */

static ScimLockStrength
strongest(const ScimLockedRow *row)
{
	return Max(row->member, row->target);
}

/* Of a group: before those that hold it. */
static ScimLockStrength
as_member(const ScimLockedRow *row)
{
	return row->target == SCIM_LOCK_UPDATE ? SCIM_LOCK_UPDATE : row->member;
}

/* Is there a group that is to be locked so? */
static bool
has_group(const BulkLocks *locks, ScimLockStrength (*strength_of) (const ScimLockedRow *row),
		  ScimLockStrength strength)
{
	for (int i = 0; locks->groups && i < locks->groups->count; i++)
	{
		if (strength_of(&locks->groups->rows[i]) >= strength)
			return true;
	}
	return false;
}

/* A member that the bulk makes may be a group, of which nothing is there to be locked. */
static bool
nests(const BulkLocks *locks)
{
	return locks->groups && scim_find_members(locks->groups->table->type) &&
		(has_group(locks, as_member, SCIM_LOCK_KEY_SHARE) ||
		 (locks->refers && locks->makes_groups));
}

/* tenant, members: the groups that hold any of them */
static const ScimStatement find_holders = {
	.sql = "SELECT DISTINCT h.id FROM pg_catalog.unnest($2) AS k(id),"
	" LATERAL (SELECT m.{group} AS id FROM {table} AS m WHERE {in_tenant}"
	" AND (m.{user}" EQ "k.id{?subgroup: OR m.{subgroup}" EQ "k.id})"
	" AND m.{group} IS NOT NULL OFFSET 0) AS h",
	.types = {SCIM_TENANT_PARAMETER, SCIM_MEMBERS_PARAMETER},
	.as_owner = true
};

/* The resources that will be gone, as memberships name them; *count of them. */
static Datum *
leaving(const BulkLocks *locks, const ScimRegistration *members, int *count)
{
	int			all = 0;
	Datum	   *ids;

	for (int i = 0; i < locks->count; i++)
		all += locks->tables[i].count;
	ids = palloc_extended(Max(all, 1) * sizeof(Datum), MCXT_ALLOC_HUGE);
	*count = 0;
	for (int i = 0; i < locks->count; i++)
	{
		const ScimLockedTable *table = &locks->tables[i];

		for (int j = 0; scim_side_table(members, table->table->type) && j < table->count; j++)
		{
			if (table->rows[j].leaves &&
				scim_parse_id(members->member_type, table->rows[j].id, &ids[*count]))
				(*count)++;
		}
	}
	return ids;
}

/* Those that hold what will be gone: nobody can add it to others any more. */
static void
add_holders(BulkLocks *locks)
{
	const ScimRegistration *members = scim_find_members(scim_members_type());
	Datum		values[2];
	Datum	   *ids;
	uint64		found;
	int			count;

	if (members == NULL || locks->groups == NULL)
		return;
	ids = leaving(locks, members, &count);
	if (count == 0)
		return;
	values[0] = scim_tenant_datum(members, locks->groups->tenant);
	values[1] = scim_id_array(members->member_type, ids, count);
	found = scim_run(&find_holders, members, values, NULL, false);
	for (uint64 i = 0; i < found; i++)
	{
		bool		isnull;
		Datum		id = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull);
		ScimLockedRow *row = scim_add_locked_row(locks->groups, scim_id_text(members->id_type, id));

		if (row)
			row->target = SCIM_LOCK_NO_KEY_UPDATE;
	}
	SPI_freetuptable(SPI_tuptable);
	scim_sort_locked_rows(locks->groups);
}

/*
 * tenant, ids: FOR NO KEY UPDATE, in the order of ids; also of those that are marked as
 * deleted, which hold members still
 */
static const ScimStatement lock_holders = {
	.sql = "SELECT {id} FROM {table} AS r WHERE {of_tenant} AND {id}" EQ "ANY ($2)"
	" ORDER BY {lock_order} FOR NO KEY UPDATE",
	.types = {SCIM_TENANT_PARAMETER, SCIM_IDS_PARAMETER},
	.as_owner = true
};

/* Those that are written, and the holders; who is locked FOR UPDATE is so already. */
static void
lock_written_groups(const ScimLockedTable *groups)
{
	Datum	   *ids = palloc_extended(Max(groups->count, 1) * sizeof(Datum), MCXT_ALLOC_HUGE);
	Datum		values[2];
	int			count = 0;

	for (int i = 0; i < groups->count; i++)
	{
		if (groups->rows[i].target == SCIM_LOCK_NO_KEY_UPDATE)
			ids[count++] = scim_id_datum(groups->table, groups->rows[i].id);
	}
	if (count == 0)
		return;
	values[0] = scim_tenant_datum(groups->table, groups->tenant);
	values[1] = scim_id_array(groups->table->id_type, ids, count);
	(void) scim_run(&lock_holders, groups->table, values, NULL, false);
	SPI_freetuptable(SPI_tuptable);
}

static void
lock_groups(BulkLocks *locks)
{
	if (nests(locks))
		scim_lock_nesting(scim_members_table(), locks->groups->tenant);
	if (locks->groups)
	{
		scim_keep_writable_rows(locks->groups);
		scim_lock_rows(locks->groups, as_member);
	}
	add_holders(locks);
	if (locks->groups)
		lock_written_groups(locks->groups);
}

/* ---- in order ---- */

static bool
deletes_users(const BulkLocks *locks)
{
	for (int i = 0; i < locks->count; i++)
	{
		const ScimLockedTable *table = &locks->tables[i];

		for (int j = 0; table->table->type->can_be_member && j < table->count; j++)
		{
			if (table->rows[j].leaves)
				return true;
		}
	}
	return false;
}

static void
queue(const BulkLocks *locks)
{
	bool		alone = has_group(locks, as_member, SCIM_LOCK_UPDATE);
	bool		queues_delete = alone || has_group(locks, strongest, SCIM_LOCK_KEY_SHARE) ||
		deletes_users(locks);
	ListCell   *cell;

	foreach(cell, locks->tenants)
	{
		if (locks->queues || nests(locks))
			scim_queue_bulk(lfirst(cell));
	}
	foreach(cell, locks->tenants)
	{
		if (queues_delete)
			scim_queue_delete(lfirst(cell), alone);
	}
}

static void
lock_all(BulkLocks *locks)
{
	for (int i = 0; i < locks->count; i++)
		scim_sort_locked_rows(&locks->tables[i]);
	if (locks->groups)
		scim_keep_seen_rows(locks->groups);
	queue(locks);
	for (int i = 0; i < locks->count; i++)
	{
		if (&locks->tables[i] == locks->groups)
			continue;
		scim_keep_seen_rows(&locks->tables[i]);
		scim_keep_writable_rows(&locks->tables[i]);
		scim_lock_rows(&locks->tables[i], strongest);
	}
	lock_groups(locks);
}

void
scim_lock_bulk(const char *tenant, const ScimBulkTarget *targets, int count)
{
	BulkLocks	locks;

	PreventCommandDuringRecovery("scim_bulk()");
	lock_tables(&locks, tenant, targets, count);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	for (int i = 0; i < count; i++)
		add_operation(&locks, &targets[i]);
	find_tenants(&locks);
	lock_all(&locks);
	SPI_finish();
}
