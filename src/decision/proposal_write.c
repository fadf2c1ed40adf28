/*
 * proposal_write.c
 *		Writing proposals, and locking them before.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/uuids.h"
#include "catalog/pg_type.h"
#include "decision/proposal_read.h"
#include "decision/proposal_record.h"
#include "decision/proposal_row.h"
#include "decision/proposal_write.h"
#include "history/document.h"
#include "statement/own.h"
#include "statement/own_table.h"
#include "statement/role.h"
#include "statement/sql.h"

/* Runs one as the owner of the table; returns how many rows it found, or wrote. */
static uint64
run_as_owner(uint64 (*run) (const char *text, ScimProposalRow *row), const char *text,
			 ScimProposalRow *row)
{
	ScimRole	role;
	uint64		count;

	scim_act_as_owner_of(scim_proposals_table(), &role);
	count = run(text, row);
	scim_act_as_before(&role);
	return count;
}

/* ---- locking ---- */

/* Under the transaction's snapshot, if it keeps one: what is newer is told. */
static uint64
lock_row(const char *text, ScimProposalRow *row)
{
	Oid			types[] = {UUIDOID};

	return scim_lock_own(text, 1, types, row->values);
}

static SCIM_NORETURN void throw_not_locked(const pg_uuid_t *id, ScimProposal *proposal);

/* It is gone, or newer than the snapshot. */
static void
throw_not_locked(const pg_uuid_t *id, ScimProposal *proposal)
{
	scim_read_proposal(id, proposal);
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("could not serialize access due to concurrent update")));
}

void
scim_lock_proposal(const pg_uuid_t *id, ScimProposal *proposal)
{
	ScimProposalRow row = {{UUIDPGetDatum(id)}};

	/* who may not know of it does not wait for it either */
	scim_read_proposal(id, proposal);
	if (run_as_owner(lock_row,
					 "SELECT FROM ONLY %s.scim_proposal_rows WHERE id" SQL_OP("=") "$1 FOR UPDATE",
					 &row) == 0)
		throw_not_locked(id, proposal);
	scim_read_proposal(id, proposal);
	proposal->recorded = scim_proposal_record(proposal);
}

/* ---- writing ---- */

static uint64
write_row(const char *text, ScimProposalRow *row)
{
	return scim_write_own(text, SCIM_PROPOSAL_COLUMNS, scim_proposal_column_types, row->values,
						  row->nulls);
}

static void
record(ScimProposal *proposal)
{
	Jsonb	   *before = proposal->recorded;

	proposal->recorded = scim_proposal_record(proposal);
	scim_record_document(SCIM_PROPOSAL_KIND, proposal->tenant, scim_uuid_text(&proposal->id),
						 before, proposal->recorded);
}

static void
write_proposal(const char *text, ScimProposal *proposal)
{
	ScimProposalRow row;

	scim_make_proposal_row(proposal, &row);
	if (run_as_owner(write_row, text, &row) == 0)
		scim_throw_not_kept("scim_proposal_rows");
	record(proposal);
}

/* A random one, of version 4. */
static void
make_id(pg_uuid_t *id)
{
	if (!pg_strong_random(id->data, UUID_LEN))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate random values")));
	id->data[6] = (id->data[6] & 0x0F) | 0x40;
	id->data[8] = (id->data[8] & 0x3F) | 0x80;
}

void
scim_insert_proposal(ScimProposal *proposal, const pg_uuid_t *id)
{
	if (id)
		proposal->id = *id;
	else
		make_id(&proposal->id);
	proposal->recorded = NULL;
	write_proposal("INSERT INTO %s.scim_proposal_rows (" SCIM_PROPOSAL_COLUMN_NAMES ")"
				   " VALUES ($1, $2, $3, $4,"
				   " $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,"
				   " $21, $22)", proposal);
}

void
scim_update_proposal(ScimProposal *proposal)
{
	write_proposal("UPDATE ONLY %s.scim_proposal_rows SET resource_id = $4, base_version = $6,"
				   " base = $7, changes = $8, version = $9, status = $17, conflicts = $18,"
				   " decided_at = $21, applied_version = $22 WHERE id" SQL_OP("=") "$1",
				   proposal);
}
