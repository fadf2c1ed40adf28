/*
 * proposal_read.c
 *		Reading proposals.
 *
 * Where no snapshot is named, the server reads such a table as it reads its catalogs: under
 * one that is taken for the purpose.  Whoever has locked a row so reads what is committed.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "base/errors.h"
#include "base/narrowed.h"
#include "base/uuids.h"
#include "decision/proposal_read.h"
#include "decision/proposal_row.h"
#include "decision/rights.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "statement/own.h"
#include "statement/own_table.h"
#include "statement/role.h"
#include "statement/tenant.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"

/* ---- by id ---- */

static bool
find_row(Relation table, const pg_uuid_t *id, ScimProposal *proposal)
{
	static const AttrNumber columns[] = {SCIM_PROPOSAL_ID + 1};
	Oid			index = scim_find_index_on(table, columns, lengthof(columns));
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	row;
	Datum	   *values = palloc(RelationGetDescr(table)->natts * sizeof(Datum));
	bool	   *nulls = palloc(RelationGetDescr(table)->natts * sizeof(bool));

	ScanKeyInit(&key, SCIM_PROPOSAL_ID + 1, BTEqualStrategyNumber, F_UUID_EQ, UUIDPGetDatum(id));
	scan = systable_beginscan(table, index, OidIsValid(index), NULL, 1, &key);
	row = systable_getnext(scan);
	if (HeapTupleIsValid(row))
	{
		heap_deform_tuple(row, RelationGetDescr(table), values, nulls);
		scim_take_proposal(values, nulls, proposal);
	}
	systable_endscan(scan);
	return HeapTupleIsValid(row);
}

bool
scim_find_proposal(const pg_uuid_t *id, ScimProposal *proposal)
{
	Relation	table = table_open(scim_proposals_table(), AccessShareLock);
	bool		found;

	scim_check_columns(table, scim_proposal_column_types, SCIM_PROPOSAL_COLUMNS);
	found = find_row(table, id, proposal);
	table_close(table, NoLock);
	return found;
}

static SCIM_NORETURN void throw_not_found(const pg_uuid_t *id);

static void
throw_not_found(const pg_uuid_t *id)
{
	ScimError  *error = scim_error(SCIM_PROPOSAL_NOT_FOUND);

	scim_error_text(error, "proposal_id", scim_uuid_text(id));
	scim_throw(error, "there is no proposal \"%s\"", scim_uuid_text(id));
}

/* A connection that is for one tenant has no other. */
static bool
is_shown(const ScimProposal *proposal)
{
	const char *only = scim_only_tenant();
	const ScimRegistration *table;

	if (only[0] != '\0')
	{
		table = scim_find_table(scim_resource_type(proposal->type));
		if (table)
			only = scim_find_tenant(table, NULL);
		if (only == NULL || strcmp(only, proposal->tenant) != 0)
			return false;
	}
	return scim_sees_proposals(proposal->tenant, proposal->type, false);
}

void
scim_read_proposal(const pg_uuid_t *id, ScimProposal *proposal)
{
	if (!scim_find_proposal(id, proposal) || !is_shown(proposal))
		throw_not_found(id);
}

/* ---- lists ---- */

static List *
take_rows(uint64 count)
{
	List	   *proposals = NIL;
	Datum		values[SCIM_PROPOSAL_COLUMNS];
	bool		nulls[SCIM_PROPOSAL_COLUMNS];

	for (uint64 i = 0; i < count; i++)
	{
		ScimProposal *proposal = palloc(sizeof(ScimProposal));

		CHECK_FOR_INTERRUPTS();
		heap_deform_tuple(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, values, nulls);
		scim_take_proposal(values, nulls, proposal);
		proposals = lappend(proposals, proposal);
	}
	SPI_freetuptable(SPI_tuptable);
	return proposals;
}

List *
scim_select_proposals(const char *rest, int nargs, Oid *types, Datum *values)
{
	Oid			relid = scim_proposals_table();
	Relation	table = table_open(relid, AccessShareLock);
	char	   *text = psprintf("SELECT " SCIM_PROPOSAL_COLUMN_NAMES
								" FROM ONLY %%s.scim_proposal_rows AS p %s", rest);
	ScimRole	role;
	uint64		count;

	scim_check_columns(table, scim_proposal_column_types, SCIM_PROPOSAL_COLUMNS);
	scim_act_as_owner_of(relid, &role);
	count = scim_run_own(text, nargs, types, values, NULL, true);
	scim_act_as_before(&role);
	table_close(table, NoLock);
	return take_rows(count);
}
