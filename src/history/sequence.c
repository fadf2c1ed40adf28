/*
 * sequence.c
 *		The sequence that numbers the entries of the history.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/pg_class.h"
#include "catalog/pg_sequence.h"
#include "commands/sequence.h"
#include "history/place.h"
#include "history/sequence.h"
#include "storage/bufmgr.h"
#include "utils/rel.h"
#include "utils/syscache.h"

/*
 * Each session would take a cache of numbers at once, and give them out later: rows
 * would come behind those that were read, with smaller numbers and transactions that
 * began whenever they liked.
 */
static void
check_sequence(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(SEQRELID, ObjectIdGetDatum(relid));
	Form_pg_sequence form;
	bool		is_sound;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "relation with OID %u is no sequence", relid);
	form = (Form_pg_sequence) GETSTRUCT(tuple);
	is_sound = form->seqcache == 1 && form->seqincrement == 1 && !form->seqcycle;
	ReleaseSysCache(tuple);
	if (!is_sound)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("sequence \"%s\" does not number one by one", "scim_history_seq"),
				 errhint("ALTER SEQUENCE scim_history_seq NO CYCLE CACHE 1 INCREMENT 1")));
}

/*
 * 0: none.  As its page has it, under the lock under which a writer takes the next
 * one: whoever took this one had its xid before.
 */
static int64
last_seq(Oid relid)
{
	Relation	sequence = relation_open(relid, AccessShareLock);
	HeapTupleData tuple;
	Form_pg_sequence_data data;
	Buffer		buffer;
	Page		page;
	int64		last;

	if (sequence->rd_rel->relkind != RELKIND_SEQUENCE)
		elog(ERROR, "\"%s\" is no sequence", RelationGetRelationName(sequence));
	buffer = ReadBuffer(sequence, 0);
	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	page = BufferGetPage(buffer);
	tuple.t_data = (HeapTupleHeader) PageGetItem(page, PageGetItemId(page, FirstOffsetNumber));
	data = (Form_pg_sequence_data) GETSTRUCT(&tuple);
	last = data->is_called ? data->last_value : Max(data->last_value, PG_INT64_MIN + 1) - 1;
	UnlockReleaseBuffer(buffer);
	relation_close(sequence, NoLock);
	return last;
}

int64
scim_last_seq(void)
{
	Oid			sequence = scim_history_sequence();

	check_sequence(sequence);
	return last_seq(sequence);
}
