/*
 * watch.c
 *		Watching resources: scim_mcp_watch says from where on, and which of them can be
 *		watched, scim_mcp_changes what has changed since.
 *
 * Nothing is kept between the two but the cursor of scim_changes, which is with the client:
 * whoever watches asks again and again, and what he may see is found out each time.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_tree.h"
#include "base/narrowed.h"
#include "base/protect.h"
#include "base/settings.h"
#include "history/document.h"
#include "history/document_rights.h"
#include "history/rights.h"
#include "miscadmin.h"
#include "operation/changes.h"
#include "operation/feed_tenant.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "statement/tenant.h"
#include "tools/json_parameter.h"
#include "tools/kept_list.h"
#include "tools/primary.h"
#include "tools/resource_uri.h"

PG_FUNCTION_INFO_V1(scim_mcp_watch);
PG_FUNCTION_INFO_V1(scim_mcp_changes);

/* Changes that one answer tells of: a burst comes in few of them, each of some 100 kB. */
#define MOST_CHANGES 1000

/* ---- what can be watched ---- */

static bool
is_told_of_type(const ScimRegistration *table, const char *tenant)
{
	const char *own = table ? scim_find_tenant(table, NULL) : NULL;

	return own && strcmp(own, tenant) == 0 && scim_sees_history(table, tenant);
}

static bool
is_told_of_proposals(const char *tenant)
{
	return scim_is_own_endpoint(SCIM_PROPOSALS_ENDPOINT) &&
		scim_means_documents(SCIM_PROPOSAL_KIND) &&
		scim_sees_document(SCIM_PROPOSAL_KIND, tenant, NULL);
}

/* Is the caller told of its changes, if there are some?  The server and schemas have none. */
static bool
can_be_watched(const ScimResourceUri *uri, const char *tenant)
{
	if (strcmp(uri->tenant, tenant) != 0)
		return false;
	if (uri->kind == SCIM_URI_RESOURCE)
		return is_told_of_type(uri->table, tenant);
	return uri->kind == SCIM_URI_PROPOSAL && is_told_of_proposals(tenant);
}

/* Whose changes they are; NULL: the caller may see none. */
static void
find_tenant(void *tenant)
{
	*(char **) tenant = scim_feed_tenant(NULL);
}

/* Nobody is refused here: it is for the answer to say that there is nothing to be watched. */
static char *
watched_tenant(void)
{
	char	   *tenant = NULL;
	ErrorData  *error = scim_protect(find_tenant, &tenant);

	if (error && !scim_is_ours(error))
		ReThrowError(error);
	return error ? NULL : tenant;
}

static void
append_watched(JsonbValue *watched, const JsonbValue *given, const char *tenant)
{
	static const JsonbValue none = {.type = jbvNull};
	ScimResourceUri uri;

	if (tenant && given->type == jbvString &&
		scim_read_resource_uri(scim_string_copy(given), &uri) && can_be_watched(&uri, tenant))
		scim_append_text(watched, scim_canonical_uri(&uri));
	else
		scim_append(watched, &none);
}

static JsonbValue *
watch_all(Jsonb *uris, const char *tenant)
{
	JsonbValue *watched = scim_new_array();
	ScimWalk	walk;
	JsonbValue	given;

	scim_walk(&walk, &uris->root);
	while (scim_walk_element(&walk, &given))
	{
		CHECK_FOR_INTERRUPTS();
		append_watched(watched, &given, tenant);
	}
	return watched;
}

/* Where all that comes from now on begins. */
static char *
cursor_of_now(void)
{
	Jsonb	   *page = scim_store_changes(SCIM_CHANGES_FROM_NOW, 1, NULL, NULL, true);
	JsonbValue	cursor;

	if (!scim_find(&page->root, "nextCursor", &cursor))
		elog(ERROR, "no cursor to go on with");
	return scim_string_copy(&cursor);
}

/*
 * scim_mcp_watch(uris text) -> json: {"watched": [uri or null], "cursor"}.  A JSON array of
 * URIs; each that can be watched as it will be named, in their order.  The cursor is null where
 * the caller may watch nothing.
 */
Datum
scim_mcp_watch(PG_FUNCTION_ARGS)
{
	static ScimArgumentNames names;
	ScimFunctionArguments arguments = scim_function_arguments(fcinfo, &names);
	Jsonb	   *uris = scim_json_parameter(&arguments, "uris", NULL);
	JsonbValue *answer = scim_new_object();
	char	   *tenant;

	scim_require_mcp();
	if (!JB_ROOT_IS_ARRAY(uris) || JB_ROOT_IS_SCALAR(uris))
		scim_throw_path(SCIM_BAD_PARAMETER, "uris", "uris must be an array of strings");
	scim_require_primary();
	tenant = watched_tenant();
	scim_set_value(answer, "watched", watch_all(uris, tenant));
	scim_set_text_or_null(answer, "cursor", tenant ? cursor_of_now() : NULL);
	return scim_json_answer(answer);
}

/* ---- what has changed ---- */

/* The endpoint of what an entry is about; NULL: it has none. */
static const char *
endpoint_of(const JsonbValue *type)
{
	const char *name = scim_string_copy(type);
	const ScimResourceType *registered = scim_resource_type(name);

	if (registered)
		return registered->endpoint;
	return strcmp(name, SCIM_PROPOSAL_KIND) == 0 && scim_is_own_endpoint(SCIM_PROPOSALS_ENDPOINT)
		? SCIM_PROPOSALS_ENDPOINT : NULL;
}

static void
append_updated(JsonbValue *updated, const char *uri, const JsonbValue *version)
{
	static const JsonbValue none = {.type = jbvNull};
	JsonbValue *object = scim_new_object();

	scim_set_text(object, "uri", uri);
	scim_set_value(object, "version", version ? version : &none);
	scim_append(updated, object);
}

/* A change: of a resource, or of all of a type. */
static void
note_change(const JsonbValue *change, const char *tenant, JsonbValue *updated, JsonbValue *under)
{
	JsonbValue	type;
	JsonbValue	id;
	JsonbValue	version;
	const char *endpoint = scim_find_member(change, "resource_type", &type) ? endpoint_of(&type)
	: NULL;
	bool		of_one = scim_find_member(change, "resource_id", &id);
	char	   *uri = endpoint ? scim_write_resource_uri(tenant, endpoint,
														 of_one ? scim_string_copy(&id) : NULL)
	: NULL;

	if (uri == NULL)
		return;
	if (of_one)
		append_updated(updated, uri, scim_find_member(change, "version", &version) ? &version
					   : NULL);
	else
		scim_append_text(under, uri);
}

static void
set_changes(JsonbValue *answer, Jsonb *page, const char *tenant)
{
	JsonbValue *updated = scim_new_array();
	JsonbValue *under = scim_new_array();
	ScimWalk	walk;
	JsonbValue	value;

	if (!scim_find(&page->root, "changes", &value))
		elog(ERROR, "no changes in a page of them");
	scim_walk(&walk, value.val.binary.data);
	while (scim_walk_element(&walk, &value))
	{
		JsonbValue	change = value;

		CHECK_FOR_INTERRUPTS();
		note_change(&change, tenant, updated, under);
	}
	scim_set_value(answer, "updated", updated);
	scim_set_value(answer, "under", under);
	if (scim_find(&page->root, "nextCursor", &value))
		scim_set_value(answer, "cursor", &value);
	if (scim_find(&page->root, "more", &value))
		scim_set_value(answer, "more", &value);
}

/* Below what the caller is told of changes now: what was watched elsewhere is no longer. */
static JsonbValue *
told_of(const char *tenant)
{
	JsonbValue *within = scim_new_array();

	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		if (is_told_of_type(scim_find_table(*type), tenant))
			scim_append_text(within, scim_write_resource_uri(tenant, (*type)->endpoint, NULL));
	}
	if (is_told_of_proposals(tenant))
		scim_append_text(within, scim_write_resource_uri(tenant, SCIM_PROPOSALS_ENDPOINT, NULL));
	return within;
}

/*
 * scim_mcp_changes(cursor text) -> json: {"updated": [{"uri", "version"}], "under": [...],
 * "within": [...], "cursor", "more", "tools", "notify"}.  What has changed behind the cursor
 * (NULL: nothing is asked for), one by one in its order; below which URIs all is to be taken as
 * changed, and below which changes are told at all; and whether the tools are others.
 */
Datum
scim_mcp_changes(PG_FUNCTION_ARGS)
{
	static ScimArgumentNames names;
	ScimFunctionArguments arguments = scim_function_arguments(fcinfo, &names);
	char	   *cursor = scim_optional_text(&arguments, "cursor");
	JsonbValue *answer = scim_new_object();

	scim_require_mcp();
	if (cursor)
	{
		char	   *tenant;

		scim_require_primary();
		tenant = scim_feed_tenant(NULL);
		set_changes(answer, scim_store_changes(cursor, MOST_CHANGES, NULL, NULL, true), tenant);
		scim_set_value(answer, "within", told_of(tenant));
	}
	scim_set_text(answer, "tools", scim_tools_digest());
	scim_set_bool(answer, "notify", scim_setting_notify);
	return scim_json_answer(answer);
}
