/*
 * read_resource.c
 *		scim_read_resource(uri): what a URI of MCP leads to.
 *
 * What is malformed, what is not there, and what is not the caller's to read are one and the
 * same error, so that nothing is told of what others have.
 */
#include "postgres.h"

#include "admin/describe.h"
#include "admin/narrow.h"
#include "base/errors.h"
#include "base/json_text.h"
#include "base/jsonb_tree.h"
#include "base/narrowed.h"
#include "base/protect.h"
#include "base/uuids.h"
#include "core/etag.h"
#include "lib/stringinfo.h"
#include "operation/proposals.h"
#include "operation/read.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "statement/tenant.h"
#include "tools/discovery.h"
#include "tools/fit.h"
#include "tools/json_parameter.h"
#include "tools/not_there.h"
#include "tools/resource_uri.h"

PG_FUNCTION_INFO_V1(scim_read_resource);

/* A client puts it before a model as it is, and some drop a connection that brings very much. */
#define MOST_BYTES SCIM_ASKED_BYTES

/* A read, and what it brought. */
typedef struct Reading
{
	const char *given;
	ScimResourceUri uri;
	JsonbValue *content;		/* NULL: nothing is there */
	JsonbValue *version;		/* of it; NULL: it has none */
	JsonbValue *omitted;		/* names of what did not fit */
} Reading;

/* ---- each kind ---- */

static void
read_resource(Reading *reading)
{
	ScimView	view = {
		.attribute_count = -1,
		.excluded_count = -1,
		.most_members = MOST_BYTES / SCIM_MEMBER_BYTES,
		.version = true
	};
	JsonbValue	root;

	scim_root(scim_store_get(reading->uri.table->type->name, NULL, reading->uri.id, &view, false),
			  &root);
	reading->content = scim_open(&root);
	reading->version = scim_get(reading->content, "_version", strlen("_version"));
}

/* The session's tenant, as the table of the proposal's type has it. */
static const char *
tenant_of_type(const JsonbValue *name)
{
	const ScimResourceType *type = scim_resource_type(scim_string_copy(name));
	const ScimRegistration *table = scim_find_table(type);

	return table ? scim_find_tenant(table, NULL) : scim_resolve_tenant(NULL);
}

static bool
is_text(const JsonbValue *object, const char *key, const char *text)
{
	const JsonbValue *value = scim_get(object, key, strlen(key));

	return text && value && scim_string_is(value, text);
}

static void
read_proposal(Reading *reading)
{
	pg_uuid_t	id;
	JsonbValue	root;
	JsonbValue *shown;
	const JsonbValue *type;

	if (!scim_parse_uuid(reading->uri.id, &id))
		return;
	scim_root(scim_store_get_proposal(&id, false), &root);
	shown = scim_open(&root);
	type = scim_get(shown, "resource_type", strlen("resource_type"));
	if (!is_text(shown, "tenant_id", reading->uri.tenant) ||
		!is_text(shown, "tenant_id", tenant_of_type(type)))
		return;
	reading->content = shown;
	reading->version = scim_get(shown, "version", strlen("version"));
}

/* What meta says it is, which may be in the form of HTTP. */
static void
take_meta_version(Reading *reading)
{
	const JsonbValue *meta = scim_get(reading->content, "meta", strlen("meta"));
	char	   *shown = scim_string_copy(scim_get(meta, "version", strlen("version")));
	char	   *bare = scim_bare_version(shown);

	reading->version = palloc(sizeof(JsonbValue));
	*reading->version = scim_text(bare ? bare : shown);
}

static void
read_schema(Reading *reading)
{
	const ScimSchema *schema = scim_find_schema(scim_all_schemas(), reading->uri.id);
	const ScimSchema *narrow = schema ? scim_narrow_schema(schema, NULL) : NULL;

	if (narrow == NULL)
		return;
	/* whatever the case in which it was asked for */
	reading->uri.id = pstrdup(narrow->urn);
	reading->content = scim_describe_schema(narrow, SCIM_VERSION_RAW);
	take_meta_version(reading);
}

static void
read_server(Reading *reading)
{
	reading->content = scim_server_description();
	take_meta_version(reading);
	scim_fit_server_description(reading->content, reading->omitted);
}

static void
read_uri(void *argument)
{
	Reading    *reading = argument;

	if (!scim_read_resource_uri(reading->given, &reading->uri))
		return;
	switch (reading->uri.kind)
	{
		case SCIM_URI_RESOURCE:
			read_resource(reading);
			break;
		case SCIM_URI_PROPOSAL:
			read_proposal(reading);
			break;
		case SCIM_URI_SCHEMA:
			read_schema(reading);
			break;
		case SCIM_URI_SERVER:
			read_server(reading);
			break;
	}
}

/* ---- what is not there ---- */

static SCIM_NORETURN void throw_nothing_there(const char *uri);

static void
throw_nothing_there(const char *uri)
{
	ScimError  *error = scim_error(SCIM_NO_SUCH_URI);

	scim_error_text(error, "uri", uri);
	scim_throw(error, "there is no resource \"%s\"", uri);
}

/* ---- the answer ---- */

static void
fit(Reading *reading)
{
	JsonbValue *meta = scim_get(reading->content, "meta", strlen("meta"));
	JsonbValue	names;
	JsonbValue	name;
	ScimWalk	walk;

	/* what was left out before */
	if (meta && scim_find_member(meta, "omitted", &names) && names.type == jbvBinary)
	{
		scim_walk(&walk, names.val.binary.data);
		while (scim_walk_element(&walk, &name))
			scim_append(reading->omitted, &name);
	}
	scim_fit_object(reading->content, MOST_BYTES, "", reading->omitted);
}

static JsonbValue *
content_of(Reading *reading)
{
	JsonbValue *content = scim_new_object();
	JsonbValue *meta = scim_new_object();
	StringInfoData json;

	if (reading->version)
		scim_set_value(meta, "scimver/version", reading->version);
	fit(reading);
	if (reading->omitted->val.array.nElems > 0)
		scim_set_value(meta, "scimver/omitted", reading->omitted);
	initStringInfo(&json);
	scim_append_json(&json, reading->content);
	scim_set_text(content, "uri", scim_canonical_uri(&reading->uri));
	scim_set_text(content, "mimeType", scim_mime_type(reading->uri.kind));
	scim_set_text(content, "text", json.data);
	scim_set_value(content, "_meta", meta);
	return content;
}

/*
 * scim_read_resource(uri text) -> json: {"contents": [{"uri", "mimeType", "text", "_meta":
 * {"scimver/version"}}]}, as the caller's snapshot has it.
 */
Datum
scim_read_resource(PG_FUNCTION_ARGS)
{
	static ScimArgumentNames names;
	ScimFunctionArguments arguments = scim_function_arguments(fcinfo, &names);
	Reading		reading = {
		.given = scim_required_text(&arguments, "uri"),
		.omitted = scim_new_array()
	};
	JsonbValue *contents = scim_new_array();
	JsonbValue *answer = scim_new_object();
	ErrorData  *error;

	scim_require_mcp();
	error = scim_protect(read_uri, &reading);
	if (error && !scim_means_not_there(error))
		ReThrowError(error);
	if (error || reading.content == NULL)
		throw_nothing_there(reading.given);
	scim_append(contents, content_of(&reading));
	scim_set_value(answer, "contents", contents);
	return scim_json_answer(answer);
}
