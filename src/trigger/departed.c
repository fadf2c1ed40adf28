/*
 * departed.c
 *		Rows that an UPDATE moves to another partition, as the history's triggers
 *		see them.
 *
 * PostgreSQL marks the row that it deletes, but does not tell what becomes of it: a
 * trigger of the other partition may drop it, and then it is deleted.  When AFTER
 * triggers fire, it is there or it is not: inserted by the same command of the same
 * (sub)transaction as the delete.  If it is, its own trigger is still to come.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/tupconvert.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "statement/parameters.h"
#include "statement/statement.h"
#include "trigger/departed.h"
#include "utils/memutils.h"
#include "utils/rel.h"

/* A row that went, until it comes. */
typedef struct Departed
{
	Oid			root;			/* of the registered table */
	TransactionId xid;
	CommandId	command;
	char	   *tenant;
	char	   *id;
	HeapTuple	tuple;			/* in the columns of that table */
} Departed;

/* In the transaction's memory.  More than one only where triggers move rows, too. */
static List *departed = NIL;

static void
forget_all(XactEvent event, void *argument)
{
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		departed = NIL;
}

/* A copy of a partition's row in the columns of the table, in the current context. */
static HeapTuple
as_in_table(HeapTuple tuple, TupleDesc from, TupleDesc to)
{
	TupleConversionMap *map = convert_tuples_by_name(from, to);

	return map ? execute_attr_map_tuple(tuple, map) : heap_copytuple(tuple);
}

/* ---- where it went ---- */

/* tenant, id, command, transaction */
static const ScimStatement find_arrival = {
	.sql = "SELECT FROM {table} WHERE {of_tenant} AND {id}" EQ "$2"
	" AND cmin" EQ "$3 AND xmin" EQ "$4",
	.types = {SCIM_TENANT_PARAMETER, SCIM_ID_PARAMETER, CIDOID, XIDOID},
	.as_owner = true,
	.latest = true
};

static bool
has_arrived(const ScimRegistration *table, const Departed *row)
{
	Datum		values[4];
	uint64		count;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	values[0] = scim_tenant_datum(table, row->tenant);
	values[1] = scim_id_datum(table, row->id);
	values[2] = CommandIdGetDatum(row->command);
	values[3] = TransactionIdGetDatum(row->xid);
	count = scim_run(&find_arrival, table, values, NULL, false);
	SPI_finish();
	return count > 0;
}

/* ---- kept, and taken ---- */

static void
keep(const Departed *row, HeapTuple tuple, TupleDesc from, TupleDesc to)
{
	static bool registered = false;
	MemoryContext old = MemoryContextSwitchTo(TopTransactionContext);
	Departed   *kept = palloc(sizeof(Departed));

	if (!registered)
		RegisterXactCallback(forget_all, NULL);
	registered = true;
	*kept = *row;
	kept->tenant = pstrdup(row->tenant);
	kept->id = pstrdup(row->id);
	kept->tuple = as_in_table(tuple, from, to);
	departed = lappend(departed, kept);
	MemoryContextSwitchTo(old);
}

bool
scim_keep_departed(const ScimRegistration *table, const ScimTriggerRow *work,
				   const TriggerData *data)
{
	HeapTupleHeader header = data->tg_trigtuple->t_data;
	Departed	row = {.root = table->relid};
	Relation	relation;

	if (!HeapTupleHeaderIndicatesMovedPartitions(header) ||
		!scim_work_has_key(work, &work->old))
		return false;
	row.xid = HeapTupleHeaderGetUpdateXid(header);
	row.command = HeapTupleHeaderGetCmax(header);
	row.tenant = unconstify(char *, scim_work_tenant(work, &work->old));
	row.id = scim_work_id(work, &work->old);
	if (!has_arrived(table, &row))
		return false;
	relation = table_open(table->relid, AccessShareLock);
	keep(&row, data->tg_trigtuple, work->descriptor, RelationGetDescr(relation));
	table_close(relation, NoLock);
	return true;
}

static Departed *
find_departed(const ScimRegistration *table, const ScimTriggerRow *work, HeapTupleHeader header)
{
	ListCell   *cell;

	foreach(cell, departed)
	{
		Departed   *row = lfirst(cell);

		if (row->root == table->relid && row->xid == HeapTupleHeaderGetRawXmin(header) &&
			row->command == HeapTupleHeaderGetCmin(header) &&
			strcmp(row->id, scim_work_id(work, &work->new)) == 0 &&
			strcmp(row->tenant, scim_work_tenant(work, &work->new)) == 0)
			return row;
	}
	return NULL;
}

/* Both rows in the columns of the table; the old one is kept no longer. */
static void
become_update(ScimTriggerRow *work, const ScimRegistration *table, Departed *row, HeapTuple tuple)
{
	TupleDesc	from = work->descriptor;
	Relation	relation = table_open(table->relid, AccessShareLock);
	TupleDesc	descriptor = CreateTupleDescCopy(RelationGetDescr(relation));
	TriggerData both = {
		.type = T_TriggerData,
		.tg_event = TRIGGER_EVENT_UPDATE | TRIGGER_EVENT_ROW,
		.tg_relation = relation,
		.tg_trigtuple = heap_copytuple(row->tuple),
		.tg_newtuple = as_in_table(tuple, from, descriptor)
	};

	scim_work_start_after(work, table, &both);
	work->descriptor = descriptor;
	table_close(relation, NoLock);
	departed = list_delete_ptr(departed, row);
	heap_freetuple(row->tuple);
	pfree(row->tenant);
	pfree(row->id);
	pfree(row);
}

bool
scim_take_departed(const ScimRegistration *table, ScimTriggerRow *work, const TriggerData *data)
{
	Departed   *row;

	if (departed == NIL || !scim_work_has_key(work, &work->new))
		return false;
	row = find_departed(table, work, data->tg_trigtuple->t_data);
	if (row == NULL)
		return false;
	become_update(work, table, row, data->tg_trigtuple);
	return true;
}
