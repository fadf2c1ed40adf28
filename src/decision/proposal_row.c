/*
 * proposal_row.c
 *		A row of the table of proposals as a proposal, and back.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "decision/proposal_row.h"
#include "statement/own_table.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

const Oid	scim_proposal_column_types[SCIM_PROPOSAL_COLUMNS] = {
	[SCIM_PROPOSAL_ID] = UUIDOID,
	[SCIM_PROPOSAL_TENANT] = TEXTOID,
	[SCIM_PROPOSAL_TYPE] = TEXTOID,
	[SCIM_PROPOSAL_RESOURCE] = TEXTOID,
	[SCIM_PROPOSAL_OPERATIONS] = JSONBOID,
	[SCIM_PROPOSAL_BASE_VERSION] = TEXTOID,
	[SCIM_PROPOSAL_BASE] = JSONBOID,
	[SCIM_PROPOSAL_CHANGES] = JSONBOID,
	[SCIM_PROPOSAL_VERSION] = TEXTOID,
	[SCIM_PROPOSAL_REASON] = TEXTOID,
	[SCIM_PROPOSAL_PROPOSER] = TEXTOID,
	[SCIM_PROPOSAL_LOGIN] = TEXTOID,
	[SCIM_PROPOSAL_PRINCIPAL] = TEXTOID,
	[SCIM_PROPOSAL_AGENT] = TEXTOID,
	[SCIM_PROPOSAL_PARENT] = UUIDOID,
	[SCIM_PROPOSAL_DEPTH] = INT4OID,
	[SCIM_PROPOSAL_STATUS] = TEXTOID,
	[SCIM_PROPOSAL_CONFLICTS] = JSONBOID,
	[SCIM_PROPOSAL_CREATED_AT] = TIMESTAMPTZOID,
	[SCIM_PROPOSAL_EXPIRES_AT] = TIMESTAMPTZOID,
	[SCIM_PROPOSAL_DECIDED_AT] = TIMESTAMPTZOID,
	[SCIM_PROPOSAL_APPLIED_VERSION] = TEXTOID
};

Oid
scim_proposals_table(void)
{
	Oid			table = scim_find_own_relation("scim_proposal_rows");

	if (!OidIsValid(table))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("extension \"%s\" is of a version that has no proposals", "scimver"),
				 errhint("ALTER EXTENSION scimver UPDATE")));
	return table;
}

/* ---- a row as a proposal ---- */

static char *
text_of(const Datum *values, const bool *nulls, int column)
{
	return nulls[column] ? NULL : TextDatumGetCString(values[column]);
}

static Jsonb *
jsonb_of(const Datum *values, const bool *nulls, int column)
{
	return nulls[column] ? NULL : DatumGetJsonbPCopy(values[column]);
}

static TimestampTz
instant_of(const Datum *values, const bool *nulls, int column)
{
	return nulls[column] ? 0 : DatumGetTimestampTz(values[column]);
}

/* Its owner may have taken NOT NULL away. */
static void
check_complete(const bool *nulls)
{
	static const int required[] = {
		SCIM_PROPOSAL_ID, SCIM_PROPOSAL_TENANT, SCIM_PROPOSAL_TYPE,
		SCIM_PROPOSAL_OPERATIONS, SCIM_PROPOSAL_CHANGES, SCIM_PROPOSAL_VERSION,
		SCIM_PROPOSAL_PROPOSER, SCIM_PROPOSAL_LOGIN, SCIM_PROPOSAL_DEPTH,
		SCIM_PROPOSAL_STATUS, SCIM_PROPOSAL_CREATED_AT, SCIM_PROPOSAL_EXPIRES_AT
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

	/* its owner may have written anything: nobody is to decide on that */
	if (!scim_proposal_status_named(name, &status))
		return SCIM_PROPOSAL_FAILED;
	return status == SCIM_PROPOSAL_OPEN && expires_at <= GetCurrentTimestamp()
		? SCIM_PROPOSAL_EXPIRED : status;
}

void
scim_take_proposal(const Datum *values, const bool *nulls, ScimProposal *proposal)
{
	check_complete(nulls);
	*proposal = (ScimProposal)
	{
		.id = *DatumGetUUIDP(values[SCIM_PROPOSAL_ID]),
			.tenant = text_of(values, nulls, SCIM_PROPOSAL_TENANT),
			.type = text_of(values, nulls, SCIM_PROPOSAL_TYPE),
			.resource_id = text_of(values, nulls, SCIM_PROPOSAL_RESOURCE),
			.operations = jsonb_of(values, nulls, SCIM_PROPOSAL_OPERATIONS),
			.base_version = text_of(values, nulls, SCIM_PROPOSAL_BASE_VERSION),
			.base = jsonb_of(values, nulls, SCIM_PROPOSAL_BASE),
			.changes = jsonb_of(values, nulls, SCIM_PROPOSAL_CHANGES),
			.version = text_of(values, nulls, SCIM_PROPOSAL_VERSION),
			.reason = text_of(values, nulls, SCIM_PROPOSAL_REASON),
			.proposer = text_of(values, nulls, SCIM_PROPOSAL_PROPOSER),
			.login = text_of(values, nulls, SCIM_PROPOSAL_LOGIN),
			.principal = text_of(values, nulls, SCIM_PROPOSAL_PRINCIPAL),
			.agent = text_of(values, nulls, SCIM_PROPOSAL_AGENT),
			.has_parent = !nulls[SCIM_PROPOSAL_PARENT],
			.depth = DatumGetInt32(values[SCIM_PROPOSAL_DEPTH]),
			.conflicts = jsonb_of(values, nulls, SCIM_PROPOSAL_CONFLICTS),
			.created_at = DatumGetTimestampTz(values[SCIM_PROPOSAL_CREATED_AT]),
			.expires_at = DatumGetTimestampTz(values[SCIM_PROPOSAL_EXPIRES_AT]),
			.is_decided = !nulls[SCIM_PROPOSAL_DECIDED_AT],
			.decided_at = instant_of(values, nulls, SCIM_PROPOSAL_DECIDED_AT),
			.applied_version = text_of(values, nulls, SCIM_PROPOSAL_APPLIED_VERSION),
	};
	if (proposal->has_parent)
		proposal->parent = *DatumGetUUIDP(values[SCIM_PROPOSAL_PARENT]);
	proposal->status = status_of(text_of(values, nulls, SCIM_PROPOSAL_STATUS),
								 proposal->expires_at);
}

/* ---- a proposal as a row ---- */

static void
set(ScimProposalRow *row, int column, Datum value)
{
	row->values[column] = value;
	row->nulls[column] = ' ';
}

static void
set_text(ScimProposalRow *row, int column, const char *text)
{
	if (text)
		set(row, column, CStringGetTextDatum(text));
}

static void
set_jsonb(ScimProposalRow *row, int column, Jsonb *jsonb)
{
	if (jsonb)
		set(row, column, JsonbPGetDatum(jsonb));
}

void
scim_make_proposal_row(const ScimProposal *proposal, ScimProposalRow *row)
{
	memset(row->values, 0, sizeof(row->values));
	memset(row->nulls, 'n', sizeof(row->nulls));
	set(row, SCIM_PROPOSAL_ID, UUIDPGetDatum(&proposal->id));
	set_text(row, SCIM_PROPOSAL_TENANT, proposal->tenant);
	set_text(row, SCIM_PROPOSAL_TYPE, proposal->type);
	set_text(row, SCIM_PROPOSAL_RESOURCE, proposal->resource_id);
	set_jsonb(row, SCIM_PROPOSAL_OPERATIONS, proposal->operations);
	set_text(row, SCIM_PROPOSAL_BASE_VERSION, proposal->base_version);
	set_jsonb(row, SCIM_PROPOSAL_BASE, proposal->base);
	set_jsonb(row, SCIM_PROPOSAL_CHANGES, proposal->changes);
	set_text(row, SCIM_PROPOSAL_VERSION, proposal->version);
	set_text(row, SCIM_PROPOSAL_REASON, proposal->reason);
	set_text(row, SCIM_PROPOSAL_PROPOSER, proposal->proposer);
	set_text(row, SCIM_PROPOSAL_LOGIN, proposal->login);
	set_text(row, SCIM_PROPOSAL_PRINCIPAL, proposal->principal);
	set_text(row, SCIM_PROPOSAL_AGENT, proposal->agent);
	if (proposal->has_parent)
		set(row, SCIM_PROPOSAL_PARENT, UUIDPGetDatum(&proposal->parent));
	set(row, SCIM_PROPOSAL_DEPTH, Int32GetDatum(proposal->depth));
	set_text(row, SCIM_PROPOSAL_STATUS, scim_kept_status_name(proposal->status));
	set_jsonb(row, SCIM_PROPOSAL_CONFLICTS, proposal->conflicts);
	set(row, SCIM_PROPOSAL_CREATED_AT, TimestampTzGetDatum(proposal->created_at));
	set(row, SCIM_PROPOSAL_EXPIRES_AT, TimestampTzGetDatum(proposal->expires_at));
	if (proposal->is_decided)
		set(row, SCIM_PROPOSAL_DECIDED_AT, TimestampTzGetDatum(proposal->decided_at));
	set_text(row, SCIM_PROPOSAL_APPLIED_VERSION, proposal->applied_version);
}
