/*
 * proposals.c
 *		Reading proposals: one, and those of a tenant page by page.
 *
 * Rows are read as the owner of their table, and only those of the tenant that the call is
 * for, in which the caller works (decision/rights.h).  What they are about is shown as the
 * history would show it.
 */
#include "postgres.h"

#include "base/jsonb_tree.h"
#include "base/uuids.h"
#include "catalog/pg_type.h"
#include "decision/proposal_read.h"
#include "decision/review.h"
#include "decision/rights.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "operation/cursor.h"
#include "operation/proposal_shown.h"
#include "operation/proposals.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "resource/target.h"
#include "statement/sql.h"
#include "statement/tenant.h"
#include "statement/works_in.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/inval.h"

/* A page of a list. */
typedef struct Listing
{
	const ScimProposalsQuery *query;
	bool		has_status;
	ScimProposalStatus status;
	char	   *tenant;
	List	   *types;			/* of which the caller may know there: names */
	char	   *id;				/* of the resource, as it is stored; NULL: of any */
	int			count;
	const char *kind;			/* of its cursors */
	bool		continues;
	TimestampTz created_at;		/* and id: of the proposal that the page before ended with */
	pg_uuid_t	last;
} Listing;

/* ---- whose proposals ---- */

/* The error that a type would have that there is. */
static void
throw_none_seen(Listing *listing, const ScimRegistration *table)
{
	if (table == NULL)
		scim_throw_not_registered(NULL, NULL);
	listing->tenant = scim_tenant_of(table, listing->query->tenant);
	scim_check_works_with(table, listing->tenant);
}

/* The tenant as the first type has it that the caller may see, as with scim_changes. */
static void
find_tenant(Listing *listing)
{
	const ScimRegistration *found = NULL;

	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		const ScimRegistration *table = scim_find_table(*type);
		char	   *tenant = table ? scim_find_tenant(table, listing->query->tenant) : NULL;

		if (found == NULL || (tenant && scim_find_tenant(found, listing->query->tenant) == NULL))
			found = table;
		if (tenant == NULL || !scim_sees_proposals(tenant, (*type)->name, false))
			continue;
		if (listing->tenant == NULL)
			listing->tenant = tenant;
		if (strcmp(tenant, listing->tenant) == 0)
			listing->types = lappend(listing->types, unconstify(char *, (*type)->name));
	}
	if (listing->tenant == NULL)
		throw_none_seen(listing, found);
}

static void
find_type(Listing *listing)
{
	const ScimResourceType *type = scim_resource_type(listing->query->type);
	const ScimRegistration *table = scim_find_table(type);

	if (table == NULL)
		scim_throw_not_registered(listing->query->type, NULL);
	listing->tenant = scim_tenant_of(table, listing->query->tenant);
	if (!scim_sees_proposals(listing->tenant, type->name, false))
		throw_none_seen(listing, table);
	listing->types = list_make1(unconstify(char *, type->name));
	if (listing->query->id)
		listing->id = scim_store_id(type->name, listing->query->id);
}

static void
take_status(Listing *listing)
{
	const char *name = listing->query->status;

	listing->has_status = name != NULL;
	if (name && !scim_proposal_status_named(name, &listing->status))
		scim_throw_path(SCIM_BAD_PARAMETER, "status",
						"status must be open, applied, rejected, countered, withdrawn, failed or"
						" expired");
}

static void
take_query(Listing *listing)
{
	const ScimProposalsQuery *query = listing->query;

	listing->count = scim_cut_count(query->count);
	take_status(listing);
	if (query->id && query->type == NULL)
		scim_throw_path(SCIM_BAD_PARAMETER, "id",
						"an id is one of a resource_type: name that, too");
	AcceptInvalidationMessages();
	if (query->type)
		find_type(listing);
	else
		find_tenant(listing);
}

/* ---- cursors ---- */

static char *
cursor_kind(const Listing *listing)
{
	const ScimProposalsQuery *query = listing->query;

	return psprintf("proposals %s of %s %s in %s", query->status ? query->status : "*",
					query->type ? (char *) linitial(listing->types) : "*",
					listing->id ? listing->id : "*", listing->tenant);
}

static void
read_place(Listing *listing)
{
	const char *cursor = listing->query->cursor;
	Jsonb	   *state;
	JsonbValue	id;

	listing->kind = cursor_kind(listing);
	listing->continues = cursor && cursor[0] != '\0';
	if (!listing->continues)
		return;
	state = scim_read_cursor(listing->kind, cursor);
	listing->created_at = scim_cursor_integer(state, "created_at");
	if (!scim_find(&state->root, "id", &id) || id.type != jbvString ||
		!scim_parse_uuid(scim_string_copy(&id), &listing->last))
		elog(ERROR, "a cursor without %s", "id");
}

static char *
write_place(const Listing *listing, const ScimProposal *last)
{
	JsonbValue *state = scim_new_object();

	scim_set_integer(state, "created_at", last->created_at);
	scim_set_text(state, "id", scim_uuid_text(&last->id));
	return scim_write_cursor(listing->kind, scim_write(state));
}

/* ---- rows ---- */

/* What is stored as open is that as long as the clock says so. */
static const char *
status_sql(const Listing *listing)
{
	if (!listing->has_status)
		return "";
	switch (listing->status)
	{
		case SCIM_PROPOSAL_OPEN:
			return " AND p.status" SQL_OP("=") "'open' AND p.expires_at" SQL_OP(">")
				"pg_catalog.clock_timestamp()";
		case SCIM_PROPOSAL_EXPIRED:
			return " AND p.status" SQL_OP("=") "'open' AND p.expires_at" SQL_OP("<=")
				"pg_catalog.clock_timestamp()";
		default:
			return psprintf(" AND p.status" SQL_OP("=") "'%s'",
							scim_proposal_status_name(listing->status));
	}
}

static Datum
texts_datum(const List *texts)
{
	Datum	   *elements = palloc(list_length(texts) * sizeof(Datum));
	int			count = 0;
	ListCell   *cell;

	foreach(cell, texts)
		elements[count++] = CStringGetTextDatum((const char *) lfirst(cell));
	return PointerGetDatum(construct_array(elements, count, TEXTOID, -1, false, TYPALIGN_INT));
}

/* One more than the page has, if there are more. */
static List *
select_page(const Listing *listing)
{
	Oid			types[] = {TEXTOID, TEXTARRAYOID, TEXTOID, TIMESTAMPTZOID, UUIDOID, INT8OID};
	Datum		values[] = {
		CStringGetTextDatum(listing->tenant), texts_datum(listing->types),
		CStringGetTextDatum(listing->id ? listing->id : ""),
		TimestampTzGetDatum(listing->created_at), UUIDPGetDatum(&listing->last),
		Int64GetDatum((int64) listing->count + 1)
	};
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql, "WHERE p.tenant_id" SQL_OP("=") "$1 AND ");
	/* of one resource its index has them in their order */
	appendStringInfoString(&sql, listing->id
						   ? "p.resource_type" SQL_OP("=") "($2)[1] AND p.resource_id" SQL_OP("=")
						   "$3"
						   : "p.resource_type" SQL_OP("=") "ANY ($2)");
	appendStringInfoString(&sql, status_sql(listing));
	if (listing->continues)
		appendStringInfoString(&sql, " AND ROW(p.created_at, p.id)" SQL_OP("<") "ROW($4, $5)");
	appendStringInfoString(&sql, " ORDER BY p.created_at DESC, p.id DESC LIMIT $6");
	return scim_select_proposals(sql.data, lengthof(types), types, values);
}

/* ---- the answers ---- */

static JsonbValue *
list_page(const Listing *listing)
{
	JsonbValue *response = scim_new_object();
	JsonbValue *shown = scim_new_array();
	const ScimProposal *last = NULL;
	ListCell   *cell;

	foreach(cell, select_page(listing))
	{
		const ScimProposal *proposal = lfirst(cell);

		CHECK_FOR_INTERRUPTS();
		if (shown->val.array.nElems == listing->count)
		{
			scim_set_text(response, "nextCursor", write_place(listing, last));
			break;
		}
		scim_append(shown, scim_show_listed_proposal(proposal));
		last = proposal;
	}
	scim_set_value(response, "proposals", shown);
	return response;
}

Jsonb *
scim_store_list_proposals(const ScimProposalsQuery *query)
{
	MemoryContext caller = CurrentMemoryContext;
	Listing		listing = {.query = query};
	Jsonb	   *result;

	take_query(&listing);
	read_place(&listing);
	scim_begin_reading(query->fresh);
	result = scim_write_in(caller, list_page(&listing));
	scim_finish_reading(query->fresh);
	return result;
}

/* Those that it was made to counter: the one before it first. */
static JsonbValue *
show_ancestors(const ScimProposal *proposal)
{
	JsonbValue *shown = scim_new_array();
	ScimProposal *next = palloc(sizeof(ScimProposal));

	while (proposal->has_parent && shown->val.array.nElems < SCIM_MOST_COUNTERS &&
		   scim_find_proposal(&proposal->parent, next) &&
		   strcmp(next->tenant, proposal->tenant) == 0 && strcmp(next->type, proposal->type) == 0)
	{
		scim_append(shown, scim_show_listed_proposal(next));
		proposal = next;
		next = palloc(sizeof(ScimProposal));
	}
	return shown;
}

Jsonb *
scim_store_get_proposal(const pg_uuid_t *id, bool fresh)
{
	MemoryContext caller = CurrentMemoryContext;
	ScimProposal proposal;
	JsonbValue *shown;
	Jsonb	   *result;

	AcceptInvalidationMessages();
	scim_begin_reading(fresh);
	scim_read_proposal(id, &proposal);
	shown = scim_show_whole_proposal(&proposal);
	scim_set_value(shown, "ancestors", show_ancestors(&proposal));
	result = scim_write_in(caller, shown);
	scim_finish_reading(fresh);
	return result;
}
