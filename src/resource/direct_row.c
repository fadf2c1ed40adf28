/*
 * direct_row.c
 *		A row that is read by an index, without a statement.
 */
#include "postgres.h"

#include "access/tupdesc.h"
#include "access/xact.h"
#include "executor/tuptable.h"
#include "registry/cache.h"
#include "resource/direct_row.h"
#include "statement/bare.h"
#include "statement/direct.h"
#include "utils/datum.h"
#include "utils/snapmgr.h"

/* The values outlive the slot; what is stored out of line stays there, as in a copied row. */
void
scim_take_slot(const ScimRegistration *registration, TupleTableSlot *slot, ScimRow *row)
{
	int			count = scim_bare_count(registration);
	Datum	   *values = palloc0(count * sizeof(Datum));
	bool	   *nulls = palloc(count * sizeof(bool));

	for (int i = 0; i < count; i++)
	{
		AttrNumber	number = scim_bare_number(registration, i);
		Form_pg_attribute attribute;

		nulls[i] = true;
		if (number == InvalidAttrNumber)
			continue;
		attribute = TupleDescAttr(slot->tts_tupleDescriptor, number - 1);
		values[i] = slot_getattr(slot, number, &nulls[i]);
		if (!nulls[i])
			values[i] = datumCopy(values[i], attribute->attbyval, attribute->attlen);
	}
	scim_take_row(registration, values, nulls, row);
}

bool
scim_read_row_directly(const ScimRegistration *registration, const char *tenant, Datum id,
					   bool fresh, ScimRow *row, bool *found)
{
	ScimDirect *direct;
	TupleTableSlot *slot;

	/* since the call began, what it runs may have changed what is registered */
	if (scim_find_table(registration->type) != registration)
		return false;
	direct = scim_open_direct(registration, SCIM_DIRECT_ROWS, tenant);
	if (direct == NULL)
		return false;
	if (fresh)
	{
		CommandCounterIncrement();
		PushActiveSnapshot(GetTransactionSnapshot());
	}
	scim_seek_direct(direct, id);
	slot = scim_next_direct(direct);
	*found = slot != NULL;
	if (slot && row)
		scim_take_slot(registration, slot, row);
	scim_close_direct(direct);
	if (fresh)
		PopActiveSnapshot();
	return true;
}
