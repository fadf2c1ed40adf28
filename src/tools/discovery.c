/*
 * discovery.c
 *		What there is and what works: scim_get_schemas(), scim_server_info() and
 *		the tools of the same names, and scim_service_provider_config().
 *
 * Nothing is said here that does not work; a feature is announced by the
 * change that brings it.
 */
#include "postgres.h"

#include "access/xact.h"
#include "admin/describe.h"
#include "admin/narrow.h"
#include "base/json_text.h"
#include "base/jsonb_tree.h"
#include "base/settings.h"
#include "column/instant.h"
#include "core/object.h"
#include "decision/policies.h"
#include "decision/proposal.h"
#include "decision/rights.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "operation/cursor.h"
#include "operation/read.h"
#include "registry/cache.h"
#include "statement/profile.h"
#include "tools/discovery.h"
#include "tools/fit.h"
#include "tools/lists.h"
#include "tools/log_warnings.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#define URN_CONFIG "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"

PG_FUNCTION_INFO_V1(scim_get_schemas);
PG_FUNCTION_INFO_V1(scim_server_info);
PG_FUNCTION_INFO_V1(scim_service_provider_config);

/* ---- schemas ---- */

/*
 * Appends the schema, as the tables have it (or that of "only"), unless another
 * resource type brought it already, or it has no place.
 */
static void
append_schema(JsonbValue *schemas, const ScimSchema *schema, const ScimResourceType *only)
{
	const ScimSchema *narrow;

	for (int i = 0; i < schemas->val.array.nElems; i++)
		if (scim_string_is(scim_get(&schemas->val.array.elems[i], "id", 2), schema->urn))
			return;
	narrow = scim_narrow_schema(schema, only);
	if (narrow)
		scim_append(schemas, scim_describe_schema(narrow));
}

JsonbValue *
scim_schemas(const ScimResourceType *only)
{
	const ScimResourceType *const *types = scim_resource_types();
	JsonbValue *documents = scim_new_array();
	JsonbValue *schemas = scim_new_array();
	JsonbValue *content = scim_new_object();

	for (; *types; types++)
	{
		if (only && *types != only)
			continue;
		scim_append(documents, scim_describe_type(scim_narrow_type(*types)));
		append_schema(schemas, (*types)->schema, only);
		for (int i = 0; (*types)->extensions[i]; i++)
			append_schema(schemas, (*types)->extensions[i], only);
	}
	scim_set_value(content, "resource_types", documents);
	scim_set_value(content, "schemas", schemas);
	return content;
}

void
scim_fit_schemas(JsonbValue *content, JsonbValue *omitted)
{
	JsonbValue *schemas = scim_get(content, "schemas", strlen("schemas"));
	int64		size = scim_json_size(content);

	while (size > SCIM_ANSWER_BYTES - SCIM_FRAME_BYTES && schemas->val.array.nElems > 1)
	{
		JsonbValue *last = &schemas->val.array.elems[--schemas->val.array.nElems];

		size -= scim_json_size(last) + 2;
		scim_append(omitted, scim_get(last, "id", 2));
	}
}

/*
 * scim_get_schemas() -> jsonb: {"resource_types", "schemas", "meta"} (RFC 7643 sections
 * 6 and 7), as the registered tables have them (admin/narrow.h): all schemas, also
 * those that no resource type has.  The tool leaves these out: they are of no
 * use for writing resources.
 */
Datum
scim_get_schemas(PG_FUNCTION_ARGS)
{
	JsonbValue *content = scim_schemas(NULL);
	JsonbValue *schemas = scim_new_array();

	for (const ScimSchema *const *schema = scim_all_schemas(); *schema; schema++)
		append_schema(schemas, *schema, NULL);
	scim_set_value(content, "schemas", schemas);
	scim_set_meta_version(content);
	PG_RETURN_JSONB_P(scim_write(content));
}

/* ---- the server ---- */

/* The version of the extension as installed in this database. */
static char *
installed_version(void)
{
	MemoryContext context = CurrentMemoryContext;
	char	   *version = NULL;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (SPI_execute("SELECT extversion FROM pg_catalog.pg_extension "
					"WHERE extname OPERATOR(pg_catalog.=) 'scimver'", true, 1) != SPI_OK_SELECT)
		elog(ERROR, "the extension's version could not be read");
	if (SPI_processed == 1)
		version = MemoryContextStrdup(context, SPI_getvalue(SPI_tuptable->vals[0],
															SPI_tuptable->tupdesc, 1));
	SPI_finish();
	return version;
}

/* Where attributes are stored: for who works with the application's own tables, too. */
static void
set_mapping(JsonbValue *object, const char *key, const ScimResourceType *type, bool of_members)
{
	Jsonb	   *mapping = scim_store_mapping(type->name, of_members);
	JsonbValue	root;

	if (!mapping)
		return;
	scim_root(mapping, &root);
	scim_set_value(object, key, &root);
}

/* What binds writes of the type in the session's tenant, if the caller may know. */
static void
set_policy(JsonbValue *object, const ScimResourceType *type)
{
	const ScimRegistration *table = scim_find_table(type);
	const char *tenant = scim_store_tenant(NULL);
	const ScimPolicy *policy;
	JsonbValue	root;

	if (table == NULL || !scim_sees_policy(table, tenant))
		return;
	policy = scim_find_policy(type, tenant);
	if (policy == NULL)
		return;
	scim_root(policy->document, &root);
	scim_set_value(object, "policy", &root);
}

static JsonbValue *
described_type(const ScimResourceType *type)
{
	JsonbValue *object = scim_new_object();
	JsonbValue *extensions = scim_new_array();

	scim_set_text(object, "name", type->name);
	scim_set_text(object, "endpoint", type->endpoint);
	scim_set_text(object, "schema", type->schema->urn);
	for (const ScimSchema *const *extension = scim_narrow_type(type)->extensions; *extension;
		 extension++)
		scim_append_text(extensions, (*extension)->urn);
	scim_set_value(object, "extensions", extensions);
	scim_set_text_or_null(object, "table", scim_store_table(type->name, false));
	scim_set_bool(object, "history", scim_store_has_history(type->name));
	scim_set_bool(object, "enforce", scim_store_is_enforced(type->name));
	set_policy(object, type);
	set_mapping(object, "mapping", type, false);
	if (type->has_members)
	{
		scim_set_text_or_null(object, "members_table", scim_store_table(type->name, true));
		set_mapping(object, "members_mapping", type, true);
	}
	return object;
}

static bool
always(void)
{
	return true;
}

static bool
never(void)
{
	return false;
}

/* The features, by the names of RFC 7643 section 5. */
static const struct
{
	const char *name;
	bool		(*supported) (void);
}			features[] = {
	{"patch", always}, {"bulk", never}, {"filter", always},
	{"changePassword", scim_keeps_passwords}, {"sort", always}, {"etag", always}
};

/* Sets what every description of the server says of the features and of paging (RFC 9865). */
static void
set_capabilities(JsonbValue *object)
{
	JsonbValue *pagination = scim_new_object();

	for (int i = 0; i < (int) lengthof(features); i++)
	{
		JsonbValue *feature = scim_new_object();

		scim_set_bool(feature, "supported", features[i].supported());
		scim_set_value(object, features[i].name, feature);
	}
	scim_set_bool(pagination, "index", true);
	scim_set_bool(pagination, "cursor", true);
	scim_set_value(object, "pagination", pagination);
}

static JsonbValue *
capabilities(void)
{
	JsonbValue *object = scim_new_object();

	set_capabilities(object);
	return object;
}

static JsonbValue *
limits(void)
{
	JsonbValue *object = scim_new_object();

	scim_set_integer(object, "default_count", SCIM_DEFAULT_COUNT);
	scim_set_integer(object, "largest_count", SCIM_LARGEST_COUNT);
	scim_set_integer(object, "answer_bytes", SCIM_ANSWER_BYTES);
	scim_set_integer(object, "reason_characters", SCIM_MOST_REASON);
	scim_set_integer(object, "counters_in_a_line", SCIM_MOST_COUNTERS);
	return object;
}

JsonbValue *
scim_server_description(void)
{
	JsonbValue *object = scim_new_object();
	JsonbValue *types = scim_new_array();
	JsonbValue *warnings = scim_log_warnings();
	const char *tenant = scim_store_tenant(NULL);

	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
		scim_append(types, described_type(*type));
	scim_set_text(object, "name", "scimver");
	scim_set_text_or_null(object, "version", installed_version());
	scim_set_text(object, "tenant", tenant);
	scim_set_text(object, "profile", scim_profile_in_force(tenant));
	scim_set_value(object, "resource_types", types);
	scim_set_value(object, "capabilities", capabilities());
	scim_set_value(object, "limits", limits());
	if (warnings)
		scim_set_value(object, "warnings", warnings);
	scim_set_meta_version(object);
	/* after that: it is another version each time otherwise */
	scim_set_text(object, "time", scim_instant_text(GetCurrentStatementStartTimestamp()));
	return object;
}

void
scim_fit_server_description(JsonbValue *description, JsonbValue *omitted)
{
	static const char *const keys[] = {"mapping", "members_mapping", "policy"};
	JsonbValue *types = scim_get(description, "resource_types", strlen("resource_types"));
	int64		size = scim_json_size(description);

	for (int i = types->val.array.nElems - 1; i >= 0; i--)
	{
		for (int j = 0; j < (int) lengthof(keys) && size > SCIM_ANSWER_BYTES - SCIM_FRAME_BYTES;
			 j++)
		{
			if (!scim_remove(&types->val.array.elems[i], keys[j], strlen(keys[j])))
				continue;
			scim_append_text(omitted, psprintf("resource_types[%d].%s", i, keys[j]));
			size = scim_json_size(description);
		}
	}
}

Datum
scim_server_info(PG_FUNCTION_ARGS)
{
	PG_RETURN_JSONB_P(scim_write(scim_server_description()));
}

/*
 * scim_service_provider_config() -> jsonb: RFC 7643 section 5, with the pagination
 * of RFC 9865, by the settings of the session.  authenticationSchemes is empty:
 * what stands between HTTP and the database knows them.
 */
Datum
scim_service_provider_config(PG_FUNCTION_ARGS)
{
	JsonbValue *document = scim_new_document(URN_CONFIG);
	JsonbValue *pagination;
	JsonbValue *bulk;

	set_capabilities(document);
	bulk = scim_get(document, "bulk", strlen("bulk"));
	scim_set_integer(bulk, "maxOperations", 0);
	scim_set_integer(bulk, "maxPayloadSize", 0);
	scim_set_integer(scim_get(document, "filter", strlen("filter")), "maxResults",
					 scim_setting_max_page_size);
	pagination = scim_get(document, "pagination", strlen("pagination"));
	scim_set_text(pagination, "defaultPaginationMethod", "index");
	scim_set_integer(pagination, "defaultPageSize",
					 Min(SCIM_DEFAULT_PAGE_SIZE, scim_setting_max_page_size));
	scim_set_integer(pagination, "maxPageSize", scim_setting_max_page_size);
	if (scim_setting_cursor_timeout > 0)
		scim_set_integer(pagination, "cursorTimeout", scim_setting_cursor_timeout);
	scim_set_value(document, "authenticationSchemes", scim_new_array());
	scim_set_meta(document, "ServiceProviderConfig", "/ServiceProviderConfig", NULL, NULL);
	PG_RETURN_JSONB_P(scim_write(document));
}
