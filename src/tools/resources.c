/*
 * resources.c
 *		scim_mcp_resources, scim_mcp_resource_templates: what clients of MCP can read.
 *
 * Listed is what there are few of: schemas, the server, and proposals that wait for a decision.
 * Of resources there may be millions: for these there are templates.
 */
#include "postgres.h"

#include "admin/narrow.h"
#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "base/protect.h"
#include "history/document.h"
#include "miscadmin.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "statement/tenant.h"
#include "tools/json_parameter.h"
#include "tools/open_proposals.h"
#include "tools/resource_uri.h"

PG_FUNCTION_INFO_V1(scim_mcp_resources);
PG_FUNCTION_INFO_V1(scim_mcp_resource_templates);

/* What is said of one, listed or a template; a description is there, or it is left out. */
typedef struct Entry
{
	ScimUriKind kind;
	const char *uri;
	const char *name;
	const char *title;
	const char *description;
} Entry;

static void
append_entry(JsonbValue *list, const char *uri_key, const Entry *entry)
{
	JsonbValue *object = scim_new_object();

	/* of an id that is a step in a path there is no URI */
	if (entry->uri == NULL)
		return;
	scim_set_text(object, uri_key, entry->uri);
	scim_set_text(object, "name", entry->name);
	scim_set_text(object, "title", entry->title);
	scim_set_optional_text(object, "description", entry->description);
	scim_set_text(object, "mimeType", scim_mime_type(entry->kind));
	scim_append(list, object);
}

/* ---- schemas, and the server ---- */

static void
list_schemas(JsonbValue *list, const char *tenant)
{
	for (const ScimSchema *const *schema = scim_all_schemas(); *schema; schema++)
	{
		const ScimSchema *narrow = scim_narrow_schema(*schema, NULL);
		Entry		entry = {.kind = SCIM_URI_SCHEMA};

		if (narrow == NULL)
			continue;
		entry.uri = scim_write_resource_uri(tenant, SCIM_SCHEMAS_ENDPOINT, narrow->urn);
		entry.name = narrow->urn;
		entry.title = psprintf("Schema %s", narrow->name ? narrow->name : narrow->urn);
		entry.description = narrow->description;
		append_entry(list, "uri", &entry);
	}
}

static void
list_server(JsonbValue *list, char *tenant)
{
	ScimResourceUri uri = {.kind = SCIM_URI_SERVER, .tenant = tenant};
	Entry		entry = {
		.kind = SCIM_URI_SERVER,
		.uri = scim_canonical_uri(&uri),
		.name = "server_info",
		.title = "Server information",
		.description = "What is installed and what it can do: version, tenant, resource types, "
		"capabilities, limits",
	};

	if (scim_is_own_endpoint(SCIM_SERVER_ENDPOINT))
		append_entry(list, "uri", &entry);
}

/* ---- proposals ---- */

/* A page of the open ones. */
typedef struct Proposals
{
	const char *cursor;			/* NULL: the first page */
	ScimWalk	walk;
	char	   *next;			/* NULL: there is none */
} Proposals;

static void
read_proposals(void *argument)
{
	Proposals  *proposals = argument;

	proposals->next = scim_walk_open_proposals(&proposals->walk, proposals->cursor);
}

static char *
text_of(const JsonbValue *object, const char *key)
{
	JsonbValue	value;

	return scim_find_member(object, key, &value) && value.type == jbvString
		? scim_string_copy(&value) : NULL;
}

/* What it would do is for whoever reads it. */
static void
list_proposal(JsonbValue *list, const JsonbValue *proposal)
{
	const char *id = text_of(proposal, "proposal_id");
	const char *of = text_of(proposal, "resource_id");
	const char *agent = text_of(proposal, "agent");
	const char *type = text_of(proposal, "resource_type");
	Entry		entry = {
		.kind = SCIM_URI_PROPOSAL,
		.uri = scim_write_resource_uri(text_of(proposal, "tenant_id"), SCIM_PROPOSALS_ENDPOINT, id),
		.name = psprintf("proposal %s", id),
		.title = of ? psprintf("Proposed change of %s %s", type, of)
		: psprintf("Proposed new %s", type),
		.description = psprintf("Waits for a decision until %s; proposed by %s%s%s",
								text_of(proposal, "expires_at"), text_of(proposal, "proposer"),
								agent ? ", agent " : "", agent ? agent : "")
	};

	append_entry(list, "uri", &entry);
}

static void
take_page(JsonbValue *answer, JsonbValue *list, Proposals *proposals)
{
	JsonbValue	proposal;

	while (scim_walk_element(&proposals->walk, &proposal))
	{
		CHECK_FOR_INTERRUPTS();
		list_proposal(list, &proposal);
	}
	scim_set_optional_text(answer, "nextCursor", proposals->next);
}

/* On the first page whoever may see none is not told so: the rest is there for everybody. */
static void
list_proposals(JsonbValue *answer, JsonbValue *list, const char *cursor)
{
	Proposals	proposals = {.cursor = cursor};
	ErrorData  *error;

	if (!scim_is_own_endpoint(SCIM_PROPOSALS_ENDPOINT))
		return;
	error = scim_protect(read_proposals, &proposals);
	if (error && (cursor || !scim_is_ours(error)))
		ReThrowError(error);
	if (error == NULL)
		take_page(answer, list, &proposals);
}

/* ---- the functions ---- */

/*
 * scim_mcp_resources(cursor text) -> json: {"resources": [{"uri", "name", "title",
 * "description", "mimeType"}], "nextCursor"}.  Schemas, the server, and, page by page, the
 * open proposals that the caller may see, the newest first.
 */
Datum
scim_mcp_resources(PG_FUNCTION_ARGS)
{
	static ScimArgumentNames names;
	ScimFunctionArguments arguments = scim_function_arguments(fcinfo, &names);
	char	   *cursor = scim_optional_text(&arguments, "cursor");
	JsonbValue *answer = scim_new_object();
	JsonbValue *list = scim_new_array();
	char	   *tenant = scim_resolve_tenant(NULL);

	if (cursor && cursor[0] == '\0')
		cursor = NULL;
	if (cursor == NULL && scim_is_own_endpoint(SCIM_SCHEMAS_ENDPOINT))
		list_schemas(list, tenant);
	if (cursor == NULL)
		list_server(list, tenant);
	list_proposals(answer, list, cursor);
	scim_set_value(answer, "resources", list);
	return scim_json_answer(answer);
}

static void
append_template(JsonbValue *list, const ScimResourceType *type)
{
	Entry		entry = {
		.kind = SCIM_URI_RESOURCE,
		.uri = psprintf("scim://{tenant}%s/{id}", type->endpoint),
		.name = type->name,
		.title = type->name,
		.description = type->description
	};

	append_entry(list, "uriTemplate", &entry);
}

/*
 * scim_mcp_resource_templates() -> json: {"resourceTemplates": [{"uriTemplate", "name",
 * "title", "description", "mimeType"}]}: of each resource type that has a table, and of
 * proposals.
 */
Datum
scim_mcp_resource_templates(PG_FUNCTION_ARGS)
{
	static const Entry proposal = {
		.kind = SCIM_URI_PROPOSAL,
		.uri = "scim://{tenant}" SCIM_PROPOSALS_ENDPOINT "/{id}",
		.name = SCIM_PROPOSAL_KIND,
		.title = SCIM_PROPOSAL_KIND,
		.description = "A change that people decide on, with its reviews"
	};
	JsonbValue *answer = scim_new_object();
	JsonbValue *list = scim_new_array();

	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		if (scim_find_table(*type))
			append_template(list, *type);
	}
	if (scim_is_own_endpoint(SCIM_PROPOSALS_ENDPOINT))
		append_entry(list, "uriTemplate", &proposal);
	scim_set_value(answer, "resourceTemplates", list);
	return scim_json_answer(answer);
}
