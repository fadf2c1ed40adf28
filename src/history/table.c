/*
 * table.c
 *		Putting a row into the table of the history.
 *
 * Each change of a resource puts one there, so that no statement is run for it:
 * the row and its entries in the indexes are written directly, as the server
 * writes its own catalogs.  Where that would pass by something, such as a trigger
 * or a constraint that the table's owner has added, a statement is run as the
 * owner.
 *
 * What was found out of the table is kept until the server says that it changed.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "commands/sequence.h"
#include "executor/spi.h"
#include "history/change.h"
#include "history/table.h"
#include "history/values.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "registry/relation_changes.h"
#include "statement/role.h"
#include "statement/sql.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"
#include "utils/xid8.h"

/* The CHECK that the extension has made; what is written here passes it. */
#define OWN_CHECK \
	"(operation = ANY (ARRAY['create'::text, 'update'::text, 'delete'::text, 'truncate'::text, " \
	"'remapped'::text, 'refused'::text]))"

/* An index of the table. */
typedef struct TableIndex
{
	Oid			relid;
	IndexInfo  *info;
	bool		refusals;		/* what was refused is in it; */
	bool		others;			/* all else is */
} TableIndex;

/* What is known of the table. */
typedef struct Place
{
	Oid			table;
	Oid			sequence;
	bool		direct;			/* nothing stands in the way of a row that is put there */
	TableIndex *indexes;		/* then */
	int			index_count;
} Place;

static Place place;
static bool known = false;		/* is it all there, and still what there is? */
static uint64 changes = 0;
static MemoryContext context = NULL;	/* of what "place" points to */

/* ---- what stands in the way ---- */

/* Those that it was made with, and no others. */
static bool
has_own_columns(TupleDesc descriptor)
{
	if (descriptor->natts != SCIM_ENTRY_COLUMNS || !scim_has_entry_columns(descriptor))
		return false;
	for (int i = 0; i < SCIM_ENTRY_COLUMNS; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(descriptor, i);

		if ((attribute->attnotnull && !scim_entry_forms[i].always) || attribute->atttypmod != -1 ||
			attribute->attgenerated != '\0')
			return false;
	}
	return true;
}

/* By what they say: a name may have gone to another. */
static bool
has_own_checks(Relation relation)
{
	const TupleConstr *constraints = RelationGetDescr(relation)->constr;
	List	   *names = deparse_context_for(RelationGetRelationName(relation),
											RelationGetRelid(relation));

	for (int i = 0; constraints && i < constraints->num_check; i++)
	{
		Node	   *condition = stringToNode(constraints->check[i].ccbin);

		if (strcmp(deparse_expression(condition, names, false, false), OWN_CHECK) != 0)
			return false;
	}
	return true;
}

static bool
has_insert_triggers(const TriggerDesc *triggers)
{
	return triggers &&
		(triggers->trig_insert_before_row || triggers->trig_insert_after_row ||
		 triggers->trig_insert_instead_row || triggers->trig_insert_before_statement ||
		 triggers->trig_insert_after_statement);
}

static bool
is_plain_table(Relation relation)
{
	return relation->rd_rel->relkind == RELKIND_RELATION &&
		relation->rd_rel->relam == HEAP_TABLE_AM_OID && !relation->rd_rel->relispartition &&
		!relation->rd_rel->relrowsecurity && relation->rd_rules == NULL &&
		has_own_columns(RelationGetDescr(relation)) &&
		has_own_checks(relation) && !has_insert_triggers(relation->trigdesc);
}

/*
 * An index on columns as they are, of all rows, all but refusals or these alone, which
 * decides at once.
 */
static bool
is_plain_index(Relation index, const IndexInfo *info)
{
	return index->rd_rel->relam == BTREE_AM_OID && info->ii_Expressions == NIL &&
		(info->ii_Predicate == NIL || scim_leaves_out_refused(info->ii_Predicate) ||
		 scim_takes_refused_alone(info->ii_Predicate)) &&
		info->ii_ExclusionOps == NULL && index->rd_index->indimmediate;
}

/* ---- what is known ---- */

static void
relation_changed(Oid relid)
{
	bool		ours = !OidIsValid(relid) || relid == place.table || relid == place.sequence;

	for (int i = 0; i < place.index_count && !ours; i++)
		ours = relid == place.indexes[i].relid;
	if (!ours)
		return;
	known = false;
	changes++;
}

/* In the current context. */
static void
read_indexes(Relation relation, Place *found)
{
	List	   *relids = RelationGetIndexList(relation);
	ListCell   *cell;

	found->indexes = palloc0(Max(list_length(relids), 1) * sizeof(TableIndex));
	foreach(cell, relids)
	{
		Relation	index = index_open(lfirst_oid(cell), AccessShareLock);
		IndexInfo  *info = BuildIndexInfo(index);

		found->direct = found->direct && is_plain_index(index, info);
		if (info->ii_ReadyForInserts)
			found->indexes[found->index_count++] = (TableIndex)
		{
			lfirst_oid(cell), info, !scim_leaves_out_refused(info->ii_Predicate),
				!scim_takes_refused_alone(info->ii_Predicate)
		};
		index_close(index, AccessShareLock);
	}
}

static void
read_place(Relation relation, Oid sequence)
{
	bool		direct = is_plain_table(relation);
	MemoryContext made = AllocSetContextCreate(CurrentMemoryContext, "scimver history table",
											   ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(made);
	Place		found = {RelationGetRelid(relation), sequence, direct};

	if (found.direct)
		read_indexes(relation, &found);
	MemoryContextSwitchTo(old);
	place = found;
	if (context)
		MemoryContextDelete(context);
	context = made;
	MemoryContextSetParent(context, CacheMemoryContext);
}

/*
 * Opens the table, and learns what there is to know of it; NULL: there is none.
 * What changes while it is read is read again.
 */
static Relation
find_table(void)
{
	Oid			table = scim_history_table();
	Oid			sequence;
	Relation	relation;
	uint64		started;

	scim_hear_of_relations(relation_changed);
	if (!OidIsValid(table))
		return NULL;
	sequence = scim_history_sequence();
	relation = table_open(table, RowExclusiveLock);
	/* changes of these are to be heard of, also if the reading ends by an error */
	place = (Place) {table, sequence};
	do
	{
		CHECK_FOR_INTERRUPTS();
		started = changes;
		read_place(relation, sequence);
		/* where debug_discard_caches says so, all is said to have changed all the time */
	} while (started != changes && debug_discard_caches == 0);
	known = true;
	return relation;
}

static Relation
open_table(void)
{
	Relation	relation;

	if (!known)
		return find_table();
	relation = try_relation_open(place.table, RowExclusiveLock);
	if (relation && known)
		return relation;
	/* it changed while we waited for it */
	if (relation)
		relation_close(relation, NoLock);
	return find_table();
}

/* ---- directly ---- */

/* Locks stay until the end of the transaction: the next row needs them again. */
static void
insert_into_index(Relation relation, const TableIndex *index, HeapTuple tuple, const Datum *values,
				  const bool *nulls)
{
	Relation	opened = index_open(index->relid, RowExclusiveLock);
	const IndexInfo *info = index->info;
	Datum		keys[INDEX_MAX_KEYS];
	bool		key_nulls[INDEX_MAX_KEYS];

	for (int i = 0; i < info->ii_NumIndexAttrs; i++)
	{
		keys[i] = values[info->ii_IndexAttrNumbers[i] - 1];
		key_nulls[i] = nulls[info->ii_IndexAttrNumbers[i] - 1];
	}
	(void) index_insert(opened, keys, key_nulls, &tuple->t_self, relation,
						info->ii_Unique ? UNIQUE_CHECK_YES : UNIQUE_CHECK_NO, false,
						unconstify(IndexInfo *, info));
	index_close(opened, NoLock);
}

static void
insert_directly(Relation relation, Datum *values, bool *nulls)
{
	HeapTuple	tuple = heap_form_tuple(RelationGetDescr(relation), values, nulls);
	bool		refusal = scim_is_text(values[SCIM_ENTRY_OPERATION],
									   scim_operation_name(SCIM_HISTORY_REFUSED));

	simple_heap_insert(relation, tuple);
	for (int i = 0; i < place.index_count; i++)
	{
		if (refusal ? place.indexes[i].refusals : place.indexes[i].others)
			insert_into_index(relation, &place.indexes[i], tuple, values, nulls);
	}
	heap_freetuple(tuple);
}

/* ---- by a statement ---- */

/* The same for whatever table: the text is fixed but for the schema. */
static void
write_statement(ScimSql *sql, Relation relation, const Datum *values, const bool *nulls)
{
	scim_init_sql(sql, NULL, NULL, false);
	scim_append_format(sql, "INSERT INTO %s.scim_history_rows (",
					   quote_identifier(get_namespace_name(RelationGetNamespace(relation))));
	for (int i = 0; i < SCIM_ENTRY_COLUMNS; i++)
		scim_append_format(sql, "%s%s", i > 0 ? ", " : "", scim_entry_forms[i].name);
	scim_append_format(sql, ") VALUES (");
	for (int i = 0; i < SCIM_ENTRY_COLUMNS; i++)
	{
		if (i > 0)
			scim_append_format(sql, ", ");
		if (nulls[i])
			scim_append_null(sql, scim_entry_forms[i].type);
		else
			scim_append_argument(sql, scim_entry_forms[i].type, values[i]);
	}
	scim_append_format(sql, ")");
}

static void
insert_by_statement(Relation relation, Datum *values, bool *nulls)
{
	MemoryContext caller = CurrentMemoryContext;
	ScimRole	role;
	ScimSql		sql;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	write_statement(&sql, relation, values, nulls);
	scim_act_as_owner_of(RelationGetRelid(relation), &role);
	(void) scim_run_fresh_sql(&sql, NULL);
	scim_act_as_before(&role);
	SPI_finish();
	MemoryContextSwitchTo(caller);
}

bool
scim_insert_entry(Datum values[SCIM_ENTRY_COLUMNS], bool nulls[SCIM_ENTRY_COLUMNS])
{
	Relation	relation = open_table();
	FullTransactionId xid;

	if (relation == NULL)
		return false;

	/*
	 * First the xid, then the seq.  Whoever reads the sequence, and after that the next xid, knows
	 * so that of rows up to that seq none is of a transaction from that xid on (seen.h); the other
	 * way around, a row whose seq was drawn already would be of an xid that is still to come.
	 */
	xid = GetTopFullTransactionId();
	values[SCIM_ENTRY_SEQ] = Int64GetDatum(nextval_internal(place.sequence, false));
	values[SCIM_ENTRY_XID] = FullTransactionIdGetDatum(xid);
	nulls[SCIM_ENTRY_SEQ] = nulls[SCIM_ENTRY_XID] = false;
	(place.direct ? insert_directly : insert_by_statement) (relation, values, nulls);
	table_close(relation, NoLock);
	return true;
}
