/*
 * discovery.c
 *		scim_get_schemas() and scim_server_info(), and the tools of the same
 *		names.
 *
 * Nothing is said here that does not work; a feature is announced by the
 * change that brings it.
 */
#include "postgres.h"

#include "core/jsonb_tree.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "store/describe.h"
#include "store/store.h"
#include "tools/discovery.h"
#include "tools/fit.h"
#include "tools/handlers.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(scim_get_schemas);
PG_FUNCTION_INFO_V1(scim_server_info);

/* ---- schemas ---- */

/* Appends the schema unless another resource type brought it already. */
static void
append_schema(JsonbValue *schemas, const ScimSchema *schema)
{
	for (int i = 0; i < schemas->val.array.nElems; i++)
		if (scim_string_is(scim_get(&schemas->val.array.elems[i], "id", 2), schema->urn))
			return;
	scim_append(schemas, scim_describe_schema(schema));
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
		scim_append(documents, scim_describe_type(*types));
		append_schema(schemas, (*types)->schema);
		for (int i = 0; (*types)->extensions[i]; i++)
			append_schema(schemas, (*types)->extensions[i]);
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

Datum
scim_get_schemas(PG_FUNCTION_ARGS)
{
	PG_RETURN_JSONB_P(scim_write(scim_schemas(NULL)));
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
		version = MemoryContextStrdup(context, SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1));
	SPI_finish();
	return version;
}

static void
set_text_or_null(JsonbValue *object, const char *key, const char *text)
{
	JsonbValue	null;

	null.type = jbvNull;
	if (text)
		scim_set_text(object, key, text);
	else
		scim_set_value(object, key, &null);
}

static JsonbValue *
described_type(const ScimResourceType *type)
{
	JsonbValue *object = scim_new_object();
	JsonbValue *extensions = scim_new_array();

	scim_set_text(object, "name", type->name);
	scim_set_text(object, "endpoint", type->endpoint);
	scim_set_text(object, "schema", type->schema->urn);
	for (int i = 0; type->extensions[i]; i++)
		scim_append_text(extensions, type->extensions[i]->urn);
	scim_set_value(object, "extensions", extensions);
	set_text_or_null(object, "table", scim_store_table(type->name));
	return object;
}

/* The features, by the names of RFC 7643 section 5 and RFC 9865. */
static JsonbValue *
capabilities(void)
{
	static const struct
	{
		const char *name;
		bool		supported;
	}			features[] = {
		{"patch", true}, {"bulk", false}, {"filter", false},
		{"changePassword", true}, {"sort", false}, {"etag", true}
	};
	JsonbValue *object = scim_new_object();
	JsonbValue *pagination = scim_new_object();

	for (int i = 0; i < (int) lengthof(features); i++)
	{
		JsonbValue *feature = scim_new_object();

		scim_set_bool(feature, "supported", features[i].supported);
		scim_set_value(object, features[i].name, feature);
	}
	scim_set_bool(pagination, "index", true);
	scim_set_bool(pagination, "cursor", false);
	scim_set_value(object, "pagination", pagination);
	return object;
}

static JsonbValue *
limits(void)
{
	JsonbValue *object = scim_new_object();

	scim_set_integer(object, "default_count", SCIM_DEFAULT_COUNT);
	scim_set_integer(object, "largest_count", SCIM_LARGEST_COUNT);
	scim_set_integer(object, "answer_bytes", SCIM_ANSWER_BYTES);
	return object;
}

JsonbValue *
scim_server_description(void)
{
	JsonbValue *object = scim_new_object();
	JsonbValue *types = scim_new_array();

	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
		scim_append(types, described_type(*type));
	scim_set_text(object, "name", "scimver");
	set_text_or_null(object, "version", installed_version());
	scim_set_text(object, "tenant", scim_store_tenant(NULL));
	scim_set_value(object, "resource_types", types);
	scim_set_value(object, "capabilities", capabilities());
	scim_set_value(object, "limits", limits());
	return object;
}

Datum
scim_server_info(PG_FUNCTION_ARGS)
{
	PG_RETURN_JSONB_P(scim_write(scim_server_description()));
}
