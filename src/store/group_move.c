/*
 * group_move.c
 *		Groups follow their members.
 *
 * The group's row comes first: who writes memberships of one group queues for
 * it, and a transaction that saw the group as it was before gets 40001, as with
 * any change.  So the row gets a new version even where its table has no column
 * that tells of the change: then it is written as it is, past the triggers, as
 * there is nothing that they could keep.  (UPDATE would have to assign some
 * column; where all are parts of keys, it would lock out the checks of foreign
 * keys, and two that add members to a group would wait for one another.)
 */
#include "postgres.h"

#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "compat.h"
#include "errors.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "store/call.h"
#include "store/group_move.h"
#include "store/group_state.h"
#include "store/pending.h"
#include "store/statement_text.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* ---- the row as it is ---- */

/* Writes a row that is locked anew; as with any UPDATE, who replicates it must be able to tell which one it is. */
static void
rewrite_row(Oid relid, ItemPointer place)
{
	Relation	relation = table_open(relid, RowExclusiveLock);
	TupleTableSlot *slot = table_slot_create(relation, NULL);
	EState	   *estate = CreateExecutorState();
	ResultRelInfo *result = makeNode(ResultRelInfo);
	ScimIndexUpdate indexes;

	CheckCmdReplicaIdentity(relation, CMD_UPDATE);
	if (!table_tuple_fetch_row_version(relation, place, SnapshotAny, slot))
		elog(ERROR, "a group that was locked is gone");
	ExecMaterializeSlot(slot);
	InitResultRelInfo(result, relation, 0, NULL, 0);
	ExecOpenIndices(result, false);
	simple_table_tuple_update(relation, place, slot, InvalidSnapshot, &indexes);
	if (scim_has_index_update(indexes))
		scim_insert_index_tuples(result, slot, estate, indexes);
	ExecCloseIndices(result);
	ExecDropSingleTupleTableSlot(slot);
	FreeExecutorState(estate);
	table_close(relation, NoLock);
}

/* The same as the table's owner, as whom an UPDATE would be: expressions of indexes are evaluated. */
static void
rewrite_row_as_owner(const ScimRegistration *groups, Oid relid, ItemPointer place)
{
	Oid			role;
	int			context;

	/* an error resets both, as the end of the (sub)transaction does */
	GetUserIdAndSecContext(&role, &context);
	SetUserIdAndSecContext(groups->owner, context | SECURITY_LOCAL_USERID_CHANGE);
	rewrite_row(relid, place);
	SetUserIdAndSecContext(role, context);
}

/* ---- one group ---- */

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

/* The row trigger keeps count and digest in the row, under the lock that it has there. */
static bool
move_row(Move *move)
{
	if (scim_run_pending(&move->pending, SCIM_TOUCH_GROUP, move->groups, move->key, move->nulls) > 0)
		scim_note_moved(move->groups, move->tenant, move->id);
	else if (scim_run(SCIM_LOCK_GROUP, move->groups, move->key, move->nulls, false) > 0)
		throw_kept_back(move->groups);
	else
		return false;
	return true;
}

/* Locks the row; where it is, and in which tenant. */
static bool
lock_row(Move *move, Oid *relid, ItemPointer place)
{
	SPITupleTable *rows;
	bool		isnull;

	if (scim_run(SCIM_LOCK_GROUP, move->groups, move->key, move->nulls, false) == 0)
		return false;
	rows = SPI_tuptable;
	*relid = DatumGetObjectId(SPI_getbinval(rows->vals[0], rows->tupdesc, 1, &isnull));
	*place = *(ItemPointer) DatumGetPointer(SPI_getbinval(rows->vals[0], rows->tupdesc, 2, &isnull));
	if (move->groups->tenant_type == NULL)
		move->tenant = move->groups->tenant;
	else if (move->tenant == NULL)
		move->tenant = scim_id_text(move->groups->tenant_type,
									SPI_getbinval(rows->vals[0], rows->tupdesc, 3, &isnull));
	SPI_freetuptable(rows);
	return true;
}

static void
change_state(const Move *move)
{
	static const uint8 zero[SCIM_DIGEST_SIZE];

	if (move->pending.recount)
		return;					/* nothing is kept of it yet */
	if (move->pending.empty)
		scim_store_group_state(move->groups, move->tenant, move->id, 0, zero);
	else
		scim_change_group_state(move->groups, move->tenant, move->id, move->pending.count, move->pending.digest);
}

/* Count and digest stand in scim_group_state, where the row trigger looks for them. */
static bool
move_state(Move *move)
{
	Oid			relid;
	ItemPointerData place;

	if (!lock_row(move, &relid, &place))
		return false;
	change_state(move);
	if (scim_touched_column(move->groups) == NULL)
	{
		rewrite_row_as_owner(move->groups, relid, &place);
		CommandCounterIncrement();
		if (scim_is_called_row(move->groups, move->id, move->tenant))
		{
			scim_run(SCIM_READ_GROUP, move->groups, move->key, move->nulls, false);
			scim_call->changed = true;
		}
	}
	else if (scim_run_pending(&move->pending, SCIM_TOUCH_GROUP, move->groups, move->key, move->nulls) == 0)
		throw_kept_back(move->groups);
	scim_note_moved(move->groups, move->tenant, move->id);
	return true;
}

/* False: there is no such group. */
static bool
run_move(Move *move)
{
	bool		found = scim_has_group_state(move->groups) ? move_state(move) : move_row(move);

	/* one statement may move many */
	SPI_freetuptable(SPI_tuptable);
	return found;
}

void
scim_move_group(const ScimRegistration *groups, const char *tenant, const char *id,
				int64 count, const uint8 *digest)
{
	Move		move = {0};

	move.pending.count = count;
	memcpy(move.pending.digest, digest, SCIM_DIGEST_SIZE);
	if (!set_key(&move, groups, tenant, id) || !run_move(&move))
		scim_note_no_group(tenant, id);
}

/* ---- a group that is in the way of another ---- */

/* Who is changing or deleting the row?  InvalidTransactionId: nobody else. */
static TransactionId
find_changer(Oid relid, ItemPointer place)
{
	Relation	relation = table_open(relid, AccessShareLock);
	TupleTableSlot *slot = table_slot_create(relation, NULL);
	TransactionId changer = InvalidTransactionId;
	SnapshotData dirty;

	InitDirtySnapshot(dirty);
	if (table_tuple_fetch_row_version(relation, place, &dirty, slot))
		changer = dirty.xmax;
	ExecDropSingleTupleTableSlot(slot);
	table_close(relation, NoLock);
	return changer;
}

void
scim_await_group(const ScimRegistration *groups, const char *tenant, const char *id)
{
	Move		move = {0};
	TransactionId changer = InvalidTransactionId;

	if (!set_key(&move, groups, tenant, id))
		return;
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	do
	{
		bool		isnull;
		HeapTuple	row;

		CHECK_FOR_INTERRUPTS();
		if (scim_run(SCIM_FIND_GROUP, groups, move.key, move.nulls, false) == 0)
			break;
		row = SPI_tuptable->vals[0];
		changer = find_changer(DatumGetObjectId(SPI_getbinval(row, SPI_tuptable->tupdesc, 1, &isnull)),
							   (ItemPointer) DatumGetPointer(SPI_getbinval(row, SPI_tuptable->tupdesc, 2, &isnull)));
		if (TransactionIdIsValid(changer))
			XactLockTableWait(changer, NULL, NULL, XLTW_None);
	} while (TransactionIdIsValid(changer));
	SPI_finish();
}

/* ---- all groups ---- */

/* What scim_group_state should say of a group is counted, or nothing. */
typedef struct Walk
{
	const ScimRegistration *groups;
	bool		recount;		/* else they lose all members */
} Walk;

/* What becomes of the group: the difference to what is known; false if there is none. */
static bool
find_difference(const Walk *walk, const char *tenant, const char *id, ScimPending *pending)
{
	uint8		digest[SCIM_DIGEST_SIZE];
	int64		count;
	static const uint8 zero[SCIM_DIGEST_SIZE];

	if (!scim_read_group_state(walk->groups, tenant, id, &count, digest))
	{
		pending->recount = walk->recount;
		pending->empty = !walk->recount;
		return true;
	}
	if (walk->recount)
		scim_sum_members(walk->groups, tenant, id, &pending->count, pending->digest);
	pending->count -= count;
	digest_subtract(pending->digest, digest);
	return pending->count != 0 || memcmp(pending->digest, zero, SCIM_DIGEST_SIZE) != 0;
}

/* A group as SCIM_ALL_GROUPS has it. */
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
	if (!find_difference(walk, tenant, id, &move.pending))
		return;
	set_key(&move, groups, tenant, id);
	if (!run_move(&move) && IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to concurrent update")));
}

static void
walk_groups(const ScimRegistration *groups, bool recount)
{
	Walk		walk = {groups, recount};
	ScimPending frame = {.recount = recount, .empty = !recount};

	if (!scim_has_group_state(groups))
	{
		scim_run_pending(&frame, SCIM_EMPTY_GROUPS, groups, NULL, NULL);
		return;
	}
	CommandCounterIncrement();
	PushCopiedSnapshot(GetLatestSnapshot());
	scim_scan(SCIM_ALL_GROUPS, groups, NULL, visit_group, &walk);
	PopActiveSnapshot();
}

void
scim_empty_groups(const ScimRegistration *groups)
{
	walk_groups(groups, false);
}

void
scim_recount_all_groups(const ScimRegistration *groups)
{
	walk_groups(groups, true);
}

void
scim_recount_groups(const ScimRegistration *groups)
{
	ScimPending frame = {.recount = true};

	if (scim_touched_column(groups))
		scim_run_pending(&frame, SCIM_RECOUNT_GROUPS, groups, NULL, NULL);
}
