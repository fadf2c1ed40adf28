/*
 * move.c
 *		Groups follow their members.
 *
 * The group's row comes first: who writes memberships of one group queues for
 * it.  A transaction that saw the group as it was before gets 40001, as with any
 * change: where the row has nothing that tells of the change, it is only locked,
 * and the memberships that the transaction sees are compared with those that
 * there are.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "base/compat.h"
#include "base/errors.h"
#include "decision/guard.h"
#include "decision/policy_guard.h"
#include "executor/spi.h"
#include "group/move.h"
#include "group/record.h"
#include "miscadmin.h"
#include "resource/frame.h"
#include "resource/member_sum.h"
#include "resource/row.h"
#include "resource/version.h"
#include "statement/parameters.h"
#include "statement/statement.h"
#include "storage/lmgr.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* ---- one group: tenant, id ---- */

/* FOR NO KEY UPDATE; its tenant */
static const ScimStatement lock_group = {
	.sql = "SELECT {?tenant:{tenant}} FROM {table} WHERE {row_key} FOR NO KEY UPDATE",
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER},
	.as_owner = true
};

/* the row trigger adds what is pending */
static const ScimStatement touch_group = {
	.sql = "UPDATE {table} AS r SET {touch} WHERE {row_key} RETURNING {bare}",
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER},
	.as_owner = true
};

/* where the row is */
static const ScimStatement find_group = {
	.sql = "SELECT tableoid, ctid FROM {table} WHERE {row_key}",
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER},
	.as_owner = true,
	.latest = true
};

/* FOR KEY SHARE, as a foreign key does */
static const ScimStatement hold_group = {
	.sql = "SELECT FROM {table} WHERE {row_key} FOR KEY SHARE",
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER},
	.as_owner = true,
	.latest = true
};

/* the row as it is */
static const ScimStatement read_group = {
	.sql = "SELECT {bare} FROM {table} AS r WHERE {row_key}",
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER},
	.as_owner = true
};

/* What is to become of it. */
typedef struct Move
{
	const ScimRegistration *groups;
	const char *tenant;			/* NULL: not known */
	const char *id;
	Datum		key[2];			/* the same, for statements */
	char		nulls[3];
	ScimPending pending;
} Move;

static bool
set_key(Move *move, const ScimRegistration *groups, const char *tenant, const char *id)
{
	move->groups = groups;
	move->tenant = tenant;
	move->id = id;
	strcpy(move->nulls, tenant ? "  " : "n ");
	move->key[0] = tenant ? scim_tenant_datum(groups, tenant) : (Datum) 0;
	return scim_parse_id(groups->id_type, id, &move->key[1]);
}

static SCIM_NORETURN void throw_kept_back(const ScimRegistration *groups);

static void
throw_kept_back(const ScimRegistration *groups)
{
	scim_throw(scim_error(SCIM_SUPPRESSED),
			   "a trigger of table %s does not let a group follow its members", groups->table);
}

/*
 * Locks the row.  A statement that waits for a group that goes does not see one
 * that came with its id meanwhile; the next one does, but for a transaction that
 * sees nothing that is newer than itself.
 */
static bool
lock_found(Move *move)
{
	while (scim_run(&lock_group, move->groups, move->key, move->nulls, false) == 0)
	{
		CHECK_FOR_INTERRUPTS();
		if (scim_run(&find_group, move->groups, move->key, move->nulls, false) == 0)
			return false;
		if (IsolationUsesXactSnapshot())
			ereport(ERROR,
					(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
					 errmsg("could not serialize access due to concurrent update")));
	}
	return true;
}

/* A statement that updates groups: of each, the row trigger takes what is pending. */
typedef struct Update
{
	const ScimStatement *statement;
	const ScimRegistration *groups;
	Datum	   *values;
	const char *nulls;
	uint64		count;
} Update;

static void
run_update(void *argument)
{
	Update	   *update = argument;

	update->count = scim_run(update->statement, update->groups, update->values, update->nulls,
							 false);
}

/* Returns how many groups were updated. */
static uint64
run_pending(ScimPending *pending, const ScimStatement *statement, const ScimRegistration *groups,
			Datum *values, const char *nulls)
{
	Update		update = {statement, groups, values, nulls};

	pending->user = GetUserId();
	pending->frame.kind = SCIM_MEMBERS_FRAME;
	pending->frame.root = groups->root;
	scim_run_in_frame(&pending->frame, run_update, &update);
	return update.count;
}

/* The call under way, if it is on the group, or NULL. */
static ScimCall *
call_on_group(const Move *move)
{
	return scim_call_on_row(move->groups->root, move->tenant, move->id);
}

/* If it is, it takes over the group as it is now, which is row 0 of SPI_tuptable. */
static void
note_moved(const Move *move)
{
	ScimCall   *call = call_on_group(move);
	MemoryContext old;

	if (call == NULL)
		return;
	old = MemoryContextSwitchTo(call->context);
	scim_read_row(move->groups, 0, &call->row);
	call->has_row = true;
	MemoryContextSwitchTo(old);
}

/* The row trigger keeps in the row what there are columns for, under the lock that it has there. */
static bool
try_touch(Move *move)
{
	return run_pending(&move->pending, &touch_group, move->groups, move->key, move->nulls) > 0;
}

static bool
touch_row(Move *move)
{
	if (!try_touch(move))
	{
		if (!lock_found(move))
			return false;
		if (!try_touch(move))
			throw_kept_back(move->groups);
	}
	note_moved(move);
	return true;
}

/* The tenant of the row of SPI_tuptable, where the memberships do not tell. */
static void
find_tenant(Move *move)
{
	bool		isnull;

	if (move->groups->tenant_type == NULL)
		move->tenant = move->groups->tenant;
	else if (move->tenant == NULL)
		move->tenant = scim_id_text(move->groups->tenant_type,
									SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1,
												  &isnull));
	SPI_freetuptable(SPI_tuptable);
}

/* The group has changed, though nothing of its row is written. */
static void
note_changed(const Move *move)
{
	ScimCall   *call = call_on_group(move);

	if (call == NULL)
		return;
	scim_run(&read_group, move->groups, (Datum *) move->key, move->nulls, false);
	call->changed = true;
	note_moved(move);
}

/* What the row trigger asks of a row that is written (trigger/guard.c). */
static void
guard_members(const Move *move)
{
	const ScimCall *call = call_on_group(move);
	ScimPolicyChange change = {.members = true};
	ScimGuarded guarded = {
		.table = move->groups,
		.tenant = move->tenant,
		.id = move->id,
		.call = call,
		.operation = call ? call->operation : SCIM_PATCHES,
		.operations = call ? scim_operations_of(call) : SCIM_PATCHES,
		.change = &change
	};

	scim_guard_resource(move->groups, move->tenant, move->id);
	if (scim_leases_bind(move->groups) && !move->pending.follows)
		scim_check_policy(scim_policy_on(move->groups, move->tenant, call), &guarded);
}

/* Nothing is kept in the row: who comes next sums up. */
static bool
lock_row(Move *move)
{
	if (!lock_found(move))
		return false;
	find_tenant(move);
	guard_members(move);
	scim_refuse_unseen_members(move->groups, move->tenant, move->id);
	note_changed(move);
	if (scim_records_groups(move->groups))
		scim_record_moved(move->groups, move->tenant, move->id, &move->pending);
	return true;
}

/* False: there is no such group. */
static bool
run_move(Move *move)
{
	bool		found = scim_touched_column(move->groups) ? touch_row(move) : lock_row(move);

	/* one statement may move many */
	SPI_freetuptable(SPI_tuptable);
	return found;
}

void
scim_move_group(const ScimRegistration *groups, const char *tenant, const char *id,
				int64 count, const uint8 *digest, const ScimMemberMoves *moves, bool follows)
{
	Move		move = {0};

	move.pending.count = count;
	memcpy(move.pending.digest, digest, SCIM_DIGEST_SIZE);
	move.pending.moves = moves;
	move.pending.follows = follows;
	if ((!set_key(&move, groups, tenant, id) || !run_move(&move)) && scim_keeps_members(groups))
		scim_note_no_group(tenant, id);
}

/* ---- a group that is in the way of another ---- */

/*
 * Who is changing or deleting the row?  InvalidTransactionId: nobody else, or
 * nobody whom this server knows.
 */
static TransactionId
find_changer(Oid relid, ItemPointer place)
{
	Relation	relation = table_open(relid, AccessShareLock);
	TupleTableSlot *slot = table_slot_create(relation, NULL);
	TransactionId changer = InvalidTransactionId;
	SnapshotData dirty;

	InitDirtySnapshot(dirty);
	/* a foreign table that became a child has no place of its rows here */
	if (relation->rd_rel->relkind != RELKIND_FOREIGN_TABLE &&
		table_tuple_fetch_row_version(relation, place, &dirty, slot))
		changer = dirty.xmax;
	ExecDropSingleTupleTableSlot(slot);
	table_close(relation, NoLock);
	return changer;
}

/*
 * Is nothing left to wait for?  A group that is there, and that nobody is
 * changing, is kept there: else it could go between now and the INSERT, which
 * then does not fail, and takes its members for those of the new group.
 */
static bool
is_settled(Move *move)
{
	bool		isnull;
	HeapTuple	row;
	Datum		relid;
	Datum		place;
	TransactionId changer;

	if (scim_run(&find_group, move->groups, move->key, move->nulls, false) == 0)
		return true;
	row = SPI_tuptable->vals[0];
	relid = SPI_getbinval(row, SPI_tuptable->tupdesc, 1, &isnull);
	place = SPI_getbinval(row, SPI_tuptable->tupdesc, 2, &isnull);
	changer = find_changer(DatumGetObjectId(relid), (ItemPointer) DatumGetPointer(place));
	if (!TransactionIdIsValid(changer))
		return scim_run(&hold_group, move->groups, move->key, move->nulls, false) > 0;
	XactLockTableWait(changer, NULL, NULL, XLTW_None);
	return false;
}

void
scim_await_group(const ScimRegistration *groups, const char *tenant, const char *id)
{
	Move		move = {0};

	if (!set_key(&move, groups, tenant, id))
		return;
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	while (!is_settled(&move))
		CHECK_FOR_INTERRUPTS();
	SPI_finish();
}

/* ---- all groups ---- */

/* of all that have members */
static const ScimStatement empty_groups = {
	.sql = "UPDATE {table} SET {touch} WHERE {memberCount} OPERATOR(pg_catalog.<>) 0"
	" OR {memberDigest} IS NULL",
	.as_owner = true,
	.latest = true
};

/* of all that memberships are stored of, and that keep something of them */
static const ScimStatement recount_groups = {
	.sql = "UPDATE {table} AS r SET {touch}"
	" WHERE (false{?version: OR r.{version} IS NOT NULL}"
	"{?memberDigest: OR r.{memberDigest} IS NOT NULL})"
	" AND ({?memberCount:r.{memberCount} OPERATOR(pg_catalog.<>) 0 OR }"
	"EXISTS (SELECT FROM {members.table} AS m WHERE {tenants:m=r}"
	" AND m.{members.group}" EQ "r.{id} AND m.{members.member} IS NOT NULL))",
	.as_owner = true,
	.latest = true
};

/* ids and tenants, in the order of locks */
static const ScimStatement all_groups = {
	.sql = "SELECT {id}{?tenant:, {tenant}} FROM {table}"
	" WHERE {id} IS NOT NULL{?tenant: AND {tenant} IS NOT NULL}"
	" ORDER BY {?tenant:{tenant}, }{lock_order}",
	.as_owner = true
};

/* Groups whose members are summed up follow what became of all memberships. */
typedef struct Walk
{
	const ScimRegistration *groups;
	bool		recount;		/* they went; else they are there, and do not count any more */
} Walk;

/* Is the version that is stored another one than that of the row with these members? */
static bool
has_other_version(const Walk *walk, const char *tenant, ScimRow *row)
{
	const char *stored = row->version;

	if (!walk->recount)
		row->members = (ScimMemberSum) {.known = true};
	row->version = NULL;
	return strcmp(scim_know_version(walk->groups, tenant, row), stored) != 0;
}

/*
 * Does the group change?  Where no version tells which members it had, a group
 * may have lost some.
 */
static bool
does_change(const Walk *walk, Move *move)
{
	const ScimRegistration *groups = walk->groups;
	ScimRow		row;

	if (scim_run(&read_group, groups, move->key, move->nulls, false) == 0)
		return true;
	scim_read_row(groups, 0, &row);
	SPI_freetuptable(SPI_tuptable);
	scim_sum_members(groups, move->tenant, row.id, &row.members);
	if (row.version == NULL || groups->read_only[SCIM_COLUMN_VERSION])
		return walk->recount || row.members.count > 0;
	return has_other_version(walk, move->tenant, &row);
}

/* A group as all_groups has it. */
static void
visit_group(HeapTuple tuple, TupleDesc descriptor, void *argument)
{
	const Walk *walk = argument;
	const ScimRegistration *groups = walk->groups;
	Move		move = {0};
	bool		isnull;
	const char *tenant = groups->tenant;
	char	   *id = scim_id_text(groups->id_type, SPI_getbinval(tuple, descriptor, 1, &isnull));

	if (groups->tenant_type)
		tenant = scim_id_text(groups->tenant_type, SPI_getbinval(tuple, descriptor, 2, &isnull));
	move.pending.recount = walk->recount;
	move.pending.empty = !walk->recount;
	if (!set_key(&move, groups, tenant, id) || !does_change(walk, &move))
		return;
	if (!run_move(&move) && IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to concurrent update")));
}

static void
walk_groups(const ScimRegistration *groups, bool recount)
{
	Walk		walk = {groups, recount};

	if (scim_touched_column(groups) == NULL)
	{
		/* no row tells which of them change */
		scim_guard_all(groups, SCIM_PATCHES);
		return;
	}
	CommandCounterIncrement();
	PushCopiedSnapshot(GetLatestSnapshot());
	scim_scan(&all_groups, groups, NULL, visit_group, &walk);
	PopActiveSnapshot();
}

void
scim_empty_groups(const ScimRegistration *groups)
{
	ScimPending pending = {.empty = true};

	if (scim_is_summed(groups))
		walk_groups(groups, false);
	else
		run_pending(&pending, &empty_groups, groups, NULL, NULL);
}

void
scim_recount_all_groups(const ScimRegistration *groups)
{
	if (scim_is_summed(groups))
		walk_groups(groups, true);
	else
		scim_recount_groups(groups);
}

void
scim_recount_groups(const ScimRegistration *groups)
{
	ScimPending pending = {.recount = true};

	if (scim_touched_column(groups))
		run_pending(&pending, &recount_groups, groups, NULL, NULL);
}
