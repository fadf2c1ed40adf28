/*
 * direct.c
 *		Rows looked up by an index, without a statement.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/relscan.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/transam.h"
#include "base/compat.h"
#include "common/hashfn.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "registry/cache.h"
#include "statement/direct.h"
#include "statement/direct_place.h"
#include "statement/granted.h"
#include "storage/bufmgr.h"
#include "utils/datum.h"
#include "utils/inval.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

struct ScimDirect
{
	Relation	relation;
	Relation	index;
	IndexScanDesc scan;			/* NULL: not begun */
	TupleTableSlot *slot;
	bool		hidden;			/* it has no row that the role sees in the tenant */
	ScanKeyData sought[2];		/* in the order of the index */
	int			sought_count;
	ScanKeyData *id;			/* of these, the one that each look-up sets */
	const ScimIdType *id_type;
	bool		compares;		/* the tenant, in the row */
	ScanKeyData compared;
	bool		unique;			/* no two rows have the same keys: they are looked for first where
								 * they were seen last */
	uint32		table_hash;		/* of table and tenant */
	uint32		row_hash;		/* of the keys */
	BlockNumber blocks;			/* of the table */
	bool		is_seen;		/* the row is where it was: in the slot */
	bool		is_last;		/* the look-up has no row, or none after that */
};

static void
init_key(ScanKeyData *scan_key, const ScimDirectKey *key, AttrNumber number, Datum value)
{
	ScanKeyEntryInitialize(scan_key, 0, number, BTEqualStrategyNumber, key->type->type,
						   key->collation, key->equal, value);
}

/* The keys of the scan; the table cannot hold another tenant's name: then it has no rows. */
static void
set_keys(ScimDirect *direct, const ScimDirectWay *way, const char *tenant)
{
	Datum		values[2] = {0};

	if (way->key_count > 1 && !scim_parse_id(way->keys[1].type, tenant, &values[1]))
		direct->hidden = true;
	for (int i = 0; i < way->key_count && !direct->hidden; i++)
	{
		const ScimDirectKey *key = &way->keys[i];

		if (key->place >= 0)
			init_key(&direct->sought[key->place], key, key->place + 1, values[i]);
		else
			init_key(&direct->compared, key, key->number, values[i]);
		direct->sought_count += key->place >= 0;
		direct->compares |= key->place < 0;
	}
	direct->id = &direct->sought[way->keys[0].place];
	direct->id_type = way->keys[0].type;
	direct->unique = direct->index->rd_index->indisunique &&
		direct->index->rd_index->indimmediate &&
		direct->index->rd_index->indnkeyatts == direct->sought_count;
	direct->table_hash = hash_combine(RelationGetRelid(direct->relation),
									  hash_bytes((const unsigned char *) tenant, strlen(tenant)));
}

/* May its rows be looked for under this snapshot?  As the planner asks. */
static bool
is_usable(Relation index)
{
	return !index->rd_index->indcheckxmin ||
		TransactionIdPrecedes(HeapTupleHeaderGetXmin(index->rd_indextuple->t_data),
							  TransactionXmin);
}

/*
 * What is registered may have changed until the lock was there, also while the
 * caller waited for another one: then that is read anew.
 */
static const char *
lock_table(ScimDirect *direct, const ScimRegistration *registration)
{
	direct->relation = try_relation_open(registration->relid, AccessShareLock);
	/* the lock may be an old one: what other sessions granted and revoked since is heard of */
	AcceptInvalidationMessages();
	if (direct->relation == NULL ||
		(!scim_is_current(registration) && debug_discard_caches == 0))
		return "it has changed";
	return NULL;
}

static const char *
open_table(ScimDirect *direct, const ScimRegistration *registration, ScimDirectPurpose purpose,
		   const char *tenant)
{
	ScimDirectWay way;
	const char *obstacle = scim_find_direct_way(direct->relation, registration, purpose, &way);

	if (obstacle)
		return obstacle;
	direct->index = index_open(way.index, AccessShareLock);
	if (!is_usable(direct->index))
		return "its index is newer than the snapshot";
	direct->hidden = way.has_policies && !scim_is_granted(tenant, strlen(tenant));
	if (!registration->is_members && registration->tenant_type == NULL)
		direct->hidden |= strcmp(registration->tenant, tenant) != 0;
	set_keys(direct, &way, tenant);
	return NULL;
}

ScimDirect *
scim_open_direct(const ScimRegistration *registration, ScimDirectPurpose purpose,
				 const char *tenant)
{
	ScimDirect *direct = palloc0(sizeof(ScimDirect));
	const char *obstacle = lock_table(direct, registration);

	if (obstacle == NULL)
		obstacle = open_table(direct, registration, purpose, tenant);
	if (obstacle == NULL)
		return direct;
	ereport(DEBUG1, (errmsg_internal("table %s is read by a statement: %s", registration->table,
									 obstacle)));
	scim_close_direct(direct);
	return NULL;
}

static void
begin_scan(ScimDirect *direct)
{
	direct->slot = table_slot_create(direct->relation, NULL);
	direct->scan = scim_begin_index_scan(direct->relation, direct->index, GetActiveSnapshot(),
										 direct->sought_count);
	direct->blocks = direct->unique ? RelationGetNumberOfBlocks(direct->relation) : 0;
}

/* Has the row in the slot the key's value, in that column? */
static bool
has_value(ScimDirect *direct, ScanKeyData *scan_key, AttrNumber number)
{
	bool		isnull;
	Datum		value = slot_getattr(direct->slot, number, &isnull);

	return !isnull && DatumGetBool(FunctionCall2Coll(&scan_key->sk_func, scan_key->sk_collation,
													 value, scan_key->sk_argument));
}

/* Is the row of the tenant?  Where the index does not tell. */
static bool
is_of_tenant(ScimDirect *direct)
{
	return !direct->compares ||
		has_value(direct, &direct->compared, direct->compared.sk_attno);
}

/* Has the row in the slot all keys, as if the index had told? */
static bool
is_sought(ScimDirect *direct)
{
	for (int i = 0; i < direct->sought_count; i++)
	{
		if (!has_value(direct, &direct->sought[i], direct->index->rd_index->indkey.values[i]))
			return false;
	}
	return is_of_tenant(direct);
}

/*
 * Is the row still where it was seen?  The table may have been written anew since,
 * so that there is another row now, or no such block; what is there and has the
 * keys is the row, as there is only one that the snapshot shows.
 */
static bool
look_where_seen(ScimDirect *direct)
{
	ItemPointerData place;
	bool		again = false;

	if (!scim_recall_place(direct->row_hash, &place) ||
		ItemPointerGetBlockNumber(&place) >= direct->blocks ||
		!table_index_fetch_tuple(direct->scan->xs_heapfetch, &place, direct->scan->xs_snapshot,
								 direct->slot, &again, NULL) ||
		!is_sought(direct))
		return false;
	pgstat_count_heap_fetch(direct->index);
	return true;
}

void
scim_seek_direct(ScimDirect *direct, Datum id)
{
	if (direct->hidden)
		return;
	direct->id->sk_argument = id;
	direct->is_last = false;
	if (direct->scan == NULL)
		begin_scan(direct);
	if (direct->unique)
	{
		direct->row_hash = hash_combine(direct->table_hash,
										datum_image_hash(id, direct->id_type->by_value,
														 direct->id_type->length));
		direct->is_seen = look_where_seen(direct);
	}
	if (!direct->is_seen)
		index_rescan(direct->scan, direct->sought, direct->sought_count, NULL, 0);
}

TupleTableSlot *
scim_next_direct(ScimDirect *direct)
{
	const ItemPointerData *next;

	if (direct->hidden || direct->is_last)
		return NULL;
	direct->is_last = direct->unique;
	if (direct->is_seen)
		return direct->slot;
	while ((next = index_getnext_tid(direct->scan, ForwardScanDirection)) != NULL)
	{
		/* where the index says; the row that the snapshot shows may be one that follows it */
		ItemPointerData place = *next;

		CHECK_FOR_INTERRUPTS();
		if (!index_fetch_heap(direct->scan, direct->slot) || !is_of_tenant(direct))
			continue;
		if (direct->unique)
			scim_note_place(direct->row_hash, &place);
		return direct->slot;
	}
	return NULL;
}

/* Locks stay until the end of the transaction, as those of statements do. */
void
scim_close_direct(ScimDirect *direct)
{
	if (direct->scan)
	{
		index_endscan(direct->scan);
		ExecDropSingleTupleTableSlot(direct->slot);
	}
	if (direct->index)
		index_close(direct->index, NoLock);
	if (direct->relation)
		table_close(direct->relation, NoLock);
	pfree(direct);
}
