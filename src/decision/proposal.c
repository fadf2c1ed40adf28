/*
 * proposal.c
 *		Proposals, as their table has them.
 *
 * Where no snapshot is named, the server reads such a table as it reads its catalogs: under
 * one that is taken for the purpose.  Whoever has locked a row so reads what is committed.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "base/errors.h"
#include "base/settings.h"
#include "base/uuids.h"
#include "catalog/pg_type.h"
#include "decision/proposal.h"
#include "decision/proposal_record.h"
#include "decision/rights.h"
#include "executor/spi.h"
#include "history/document.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "statement/own.h"
#include "statement/own_table.h"
#include "statement/role.h"
#include "statement/sql.h"
#include "statement/tenant.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

/* The columns, in their order. */
enum
{
	ID,
	TENANT,
	TYPE,
	RESOURCE,
	OPERATIONS,
	BASE_VERSION,
	BASE,
	CHANGES,
	VERSION,
	REASON,
	PROPOSER,
	LOGIN,
	AGENT,
	PARENT,
	DEPTH,
	STATUS,
	CONFLICTS,
	CREATED_AT,
	EXPIRES_AT,
	DECIDED_AT,
	APPLIED_VERSION,
	COLUMNS
};

static const Oid column_types[COLUMNS] = {
	[ID] = UUIDOID,
	[TENANT] = TEXTOID,
	[TYPE] = TEXTOID,
	[RESOURCE] = TEXTOID,
	[OPERATIONS] = JSONBOID,
	[BASE_VERSION] = TEXTOID,
	[BASE] = JSONBOID,
	[CHANGES] = JSONBOID,
	[VERSION] = TEXTOID,
	[REASON] = TEXTOID,
	[PROPOSER] = TEXTOID,
	[LOGIN] = TEXTOID,
	[AGENT] = TEXTOID,
	[PARENT] = UUIDOID,
	[DEPTH] = INT4OID,
	[STATUS] = TEXTOID,
	[CONFLICTS] = JSONBOID,
	[CREATED_AT] = TIMESTAMPTZOID,
	[EXPIRES_AT] = TIMESTAMPTZOID,
	[DECIDED_AT] = TIMESTAMPTZOID,
	[APPLIED_VERSION] = TEXTOID
};

/* A row: what is not set is NULL. */
typedef struct Row
{
	Datum		values[COLUMNS];
	char		nulls[COLUMNS];
} Row;

/* ---- status ---- */

static const char *const status_names[] = {
	[SCIM_PROPOSAL_OPEN] = "open",
	[SCIM_PROPOSAL_APPLIED] = "applied",
	[SCIM_PROPOSAL_REJECTED] = "rejected",
	[SCIM_PROPOSAL_COUNTERED] = "countered",
	[SCIM_PROPOSAL_WITHDRAWN] = "withdrawn",
	[SCIM_PROPOSAL_FAILED] = "failed",
	[SCIM_PROPOSAL_EXPIRED] = "expired"
};

const char *
scim_proposal_status_name(ScimProposalStatus status)
{
	return status_names[status];
}

bool
scim_proposal_status_named(const char *name, ScimProposalStatus *status)
{
	for (size_t i = 0; i < lengthof(status_names); i++)
	{
		if (strcmp(status_names[i], name) == 0)
		{
			*status = (ScimProposalStatus) i;
			return true;
		}
	}
	return false;
}

/* ---- a row as a proposal ---- */

static char *
text_of(Datum value, bool isnull)
{
	return isnull ? NULL : TextDatumGetCString(value);
}

static Jsonb *
jsonb_of(Datum value, bool isnull)
{
	return isnull ? NULL : DatumGetJsonbPCopy(value);
}

static TimestampTz
instant_of(Datum value, bool isnull)
{
	return isnull ? 0 : DatumGetTimestampTz(value);
}

/* Its owner may have taken NOT NULL away. */
static void
check_complete(const bool *nulls)
{
	static const int required[] = {
		ID, TENANT, TYPE, OPERATIONS, CHANGES, VERSION, PROPOSER, LOGIN, DEPTH, STATUS, CREATED_AT,
		EXPIRES_AT
	};

	for (size_t i = 0; i < lengthof(required); i++)
	{
		if (nulls[required[i]])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("a row of table \"%s\" is not complete", "scim_proposal_rows"),
					 errhint("Delete it.")));
	}
}

/* As the clock tells, where nothing was decided. */
static ScimProposalStatus
status_of(const char *name, TimestampTz expires_at)
{
	ScimProposalStatus status;

	if (!scim_proposal_status_named(name, &status))
		elog(ERROR, "unknown status of a proposal: \"%s\"", name);
	return status == SCIM_PROPOSAL_OPEN && expires_at <= GetCurrentTimestamp()
		? SCIM_PROPOSAL_EXPIRED : status;
}

static void
take_row(const Datum *values, const bool *nulls, ScimProposal *proposal)
{
	check_complete(nulls);
	*proposal = (ScimProposal)
	{
		.id = *DatumGetUUIDP(values[ID]),
			.tenant = TextDatumGetCString(values[TENANT]),
			.type = TextDatumGetCString(values[TYPE]),
			.resource_id = text_of(values[RESOURCE], nulls[RESOURCE]),
			.operations = jsonb_of(values[OPERATIONS], false),
			.base_version = text_of(values[BASE_VERSION], nulls[BASE_VERSION]),
			.base = jsonb_of(values[BASE], nulls[BASE]),
			.changes = jsonb_of(values[CHANGES], false),
			.version = TextDatumGetCString(values[VERSION]),
			.reason = text_of(values[REASON], nulls[REASON]),
			.proposer = TextDatumGetCString(values[PROPOSER]),
			.login = TextDatumGetCString(values[LOGIN]),
			.agent = text_of(values[AGENT], nulls[AGENT]),
			.has_parent = !nulls[PARENT],
			.depth = DatumGetInt32(values[DEPTH]),
			.conflicts = jsonb_of(values[CONFLICTS], nulls[CONFLICTS]),
			.created_at = DatumGetTimestampTz(values[CREATED_AT]),
			.expires_at = DatumGetTimestampTz(values[EXPIRES_AT]),
			.is_decided = !nulls[DECIDED_AT],
			.decided_at = instant_of(values[DECIDED_AT], nulls[DECIDED_AT]),
			.applied_version = text_of(values[APPLIED_VERSION], nulls[APPLIED_VERSION]),
	};
	if (proposal->has_parent)
		proposal->parent = *DatumGetUUIDP(values[PARENT]);
	proposal->status = status_of(TextDatumGetCString(values[STATUS]), proposal->expires_at);
}

/* ---- reading ---- */

static Oid
proposals_table(void)
{
	Oid			table = scim_find_own_relation("scim_proposal_rows");

	if (!OidIsValid(table))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("extension \"%s\" is of a version that has no proposals", "scimver"),
				 errhint("ALTER EXTENSION scimver UPDATE")));
	return table;
}

static bool
find_row(Relation table, const pg_uuid_t *id, ScimProposal *proposal)
{
	Oid			index = RelationGetPrimaryKeyIndex(table);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	row;
	Datum	   *values = palloc(RelationGetDescr(table)->natts * sizeof(Datum));
	bool	   *nulls = palloc(RelationGetDescr(table)->natts * sizeof(bool));

	ScanKeyInit(&key, ID + 1, BTEqualStrategyNumber, F_UUID_EQ, UUIDPGetDatum(id));
	scan = systable_beginscan(table, index, OidIsValid(index), NULL, 1, &key);
	row = systable_getnext(scan);
	if (HeapTupleIsValid(row))
	{
		heap_deform_tuple(row, RelationGetDescr(table), values, nulls);
		take_row(values, nulls, proposal);
	}
	systable_endscan(scan);
	return HeapTupleIsValid(row);
}

bool
scim_find_proposal(const pg_uuid_t *id, ScimProposal *proposal)
{
	Relation	table = table_open(proposals_table(), AccessShareLock);
	bool		found;

	scim_check_columns(table, column_types, COLUMNS);
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
	const char *only = scim_setting_only_tenant;
	const ScimRegistration *table;

	if (only && only[0] != '\0')
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

/* ---- statements ---- */

/* Runs one as the owner of the table; returns how many rows it found, or wrote. */
static uint64
run_as_owner(uint64 (*run) (const char *text, Row *row), const char *text, Row *row)
{
	ScimRole	role;
	uint64		count;

	scim_act_as_owner_of(proposals_table(), &role);
	count = run(text, row);
	scim_act_as_before(&role);
	return count;
}

/* ---- lists ---- */

#define ALL_COLUMNS \
	"id, tenant_id, resource_type, resource_id, operations, base_version, base, changes, version," \
	" reason, proposer, login, agent, parent, depth, status, conflicts, created_at, expires_at," \
	" decided_at, applied_version"

static List *
take_rows(uint64 count)
{
	List	   *proposals = NIL;
	Datum		values[COLUMNS];
	bool		nulls[COLUMNS];

	for (uint64 i = 0; i < count; i++)
	{
		ScimProposal *proposal = palloc(sizeof(ScimProposal));

		CHECK_FOR_INTERRUPTS();
		heap_deform_tuple(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, values, nulls);
		take_row(values, nulls, proposal);
		proposals = lappend(proposals, proposal);
	}
	SPI_freetuptable(SPI_tuptable);
	return proposals;
}

List *
scim_select_proposals(const char *rest, int nargs, Oid *types, Datum *values)
{
	Oid			relid = proposals_table();
	Relation	table = table_open(relid, AccessShareLock);
	char	   *text = psprintf("SELECT " ALL_COLUMNS " FROM ONLY %%s.scim_proposal_rows AS p %s",
								rest);
	ScimRole	role;
	uint64		count;

	scim_check_columns(table, column_types, COLUMNS);
	scim_act_as_owner_of(relid, &role);
	count = scim_run_own(text, nargs, types, values, NULL, true);
	scim_act_as_before(&role);
	table_close(table, NoLock);
	return take_rows(count);
}

/* ---- locking ---- */

/* Under the transaction's snapshot, if it keeps one: what is newer is told. */
static uint64
lock_row(const char *text, Row *row)
{
	Oid			types[] = {UUIDOID};

	return scim_lock_own(text, 1, types, row->values);
}

void
scim_lock_proposal(const pg_uuid_t *id, ScimProposal *proposal)
{
	Row			row = {{UUIDPGetDatum(id)}};

	/* who may not know of it does not wait for it either */
	scim_read_proposal(id, proposal);
	if (run_as_owner(lock_row,
					 "SELECT FROM ONLY %s.scim_proposal_rows WHERE id" SQL_OP("=") "$1 FOR UPDATE",
					 &row) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to concurrent update")));
	scim_read_proposal(id, proposal);
	proposal->recorded = scim_proposal_record(proposal);
}

/* ---- writing ---- */

static uint64
write_row(const char *text, Row *row)
{
	return scim_write_own(text, COLUMNS, column_types, row->values, row->nulls);
}

static void
set(Row *row, int column, Datum value)
{
	row->values[column] = value;
	row->nulls[column] = ' ';
}

static void
set_text(Row *row, int column, const char *text)
{
	if (text)
		set(row, column, CStringGetTextDatum(text));
}

static void
set_jsonb(Row *row, int column, Jsonb *jsonb)
{
	if (jsonb)
		set(row, column, JsonbPGetDatum(jsonb));
}

/* The clock says which ones have expired, no row. */
static const char *
stored_status(ScimProposalStatus status)
{
	return status_names[status == SCIM_PROPOSAL_EXPIRED ? SCIM_PROPOSAL_OPEN : status];
}

static void
make_row(const ScimProposal *proposal, Row *row)
{
	memset(row->values, 0, sizeof(row->values));
	memset(row->nulls, 'n', sizeof(row->nulls));
	set(row, ID, UUIDPGetDatum(&proposal->id));
	set_text(row, TENANT, proposal->tenant);
	set_text(row, TYPE, proposal->type);
	set_text(row, RESOURCE, proposal->resource_id);
	set_jsonb(row, OPERATIONS, proposal->operations);
	set_text(row, BASE_VERSION, proposal->base_version);
	set_jsonb(row, BASE, proposal->base);
	set_jsonb(row, CHANGES, proposal->changes);
	set_text(row, VERSION, proposal->version);
	set_text(row, REASON, proposal->reason);
	set_text(row, PROPOSER, proposal->proposer);
	set_text(row, LOGIN, proposal->login);
	set_text(row, AGENT, proposal->agent);
	if (proposal->has_parent)
		set(row, PARENT, UUIDPGetDatum(&proposal->parent));
	set(row, DEPTH, Int32GetDatum(proposal->depth));
	set_text(row, STATUS, stored_status(proposal->status));
	set_jsonb(row, CONFLICTS, proposal->conflicts);
	set(row, CREATED_AT, TimestampTzGetDatum(proposal->created_at));
	set(row, EXPIRES_AT, TimestampTzGetDatum(proposal->expires_at));
	if (proposal->is_decided)
		set(row, DECIDED_AT, TimestampTzGetDatum(proposal->decided_at));
	set_text(row, APPLIED_VERSION, proposal->applied_version);
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
	Row			row;

	make_row(proposal, &row);
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
scim_insert_proposal(ScimProposal *proposal)
{
	make_id(&proposal->id);
	proposal->recorded = NULL;
	write_proposal("INSERT INTO %s.scim_proposal_rows (" ALL_COLUMNS ") VALUES ($1, $2, $3, $4,"
				   " $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,"
				   " $21)", proposal);
}

void
scim_update_proposal(ScimProposal *proposal)
{
	write_proposal("UPDATE ONLY %s.scim_proposal_rows SET resource_id = $4, base_version = $6,"
				   " base = $7, changes = $8, version = $9, status = $16, conflicts = $17,"
				   " decided_at = $20, applied_version = $21 WHERE id" SQL_OP("=") "$1",
				   proposal);
}

/* ---- version ---- */

char *
scim_version_of_changes(Jsonb *changes)
{
	return scim_document_version(changes);
}
