/*
 * key_index.c
 *		The unique index that tells the rows of a registered table apart.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_index.h"
#include "store/key_index.h"
#include "utils/rel.h"
#include "utils/syscache.h"

/* Do the index's columns tell rows apart by tenant and id, or by the id alone? */
static bool
is_key(HeapTuple tuple, AttrNumber tenant, AttrNumber id)
{
	const FormData_pg_index *index = (Form_pg_index) GETSTRUCT(tuple);
	bool		has_id = false;

	if (!index->indisunique || !index->indisvalid || !index->indimmediate || index->indnkeyatts > 2 ||
		!heap_attisnull(tuple, Anum_pg_index_indpred, NULL))
		return false;
	for (int i = 0; i < index->indnkeyatts; i++)
	{
		AttrNumber	number = index->indkey.values[i];

		if (number == InvalidAttrNumber || (number != id && number != tenant))
			return false;
		has_id |= number == id;
	}
	return has_id;
}

Oid
scim_key_index(Relation relation, AttrNumber tenant, AttrNumber id, AttrNumber columns[2], int *count)
{
	Oid			found = InvalidOid;
	ListCell   *cell;

	*count = 0;
	foreach(cell, RelationGetIndexList(relation))
	{
		HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(cell)));

		if (!HeapTupleIsValid(tuple))
			continue;
		/* the id alone is enough */
		if (is_key(tuple, tenant, id) && (!OidIsValid(found) || ((Form_pg_index) GETSTRUCT(tuple))->indnkeyatts < *count))
		{
			const FormData_pg_index *index = (Form_pg_index) GETSTRUCT(tuple);

			found = lfirst_oid(cell);
			*count = index->indnkeyatts;
			for (int i = 0; i < *count; i++)
				columns[i] = index->indkey.values[i];
		}
		ReleaseSysCache(tuple);
	}
	return found;
}
