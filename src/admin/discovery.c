/*
 * discovery.c
 *		What clients discover: scim_get_schemas(), scim_service_provider_config(), and the
 *		documents of HTTP.
 *
 * To put them together takes longer than to read many a resource, so a session keeps
 * them, until a relation, an enum or a setting has changed.
 */
#include "postgres.h"

#include "access/xact.h"
#include "admin/describe.h"
#include "admin/discovery.h"
#include "admin/narrow.h"
#include "base/json_text.h"
#include "base/jsonb_tree.h"
#include "base/settings.h"
#include "core/object.h"
#include "fmgr.h"
#include "history/document.h"
#include "lib/stringinfo.h"
#include "operation/cursor.h"
#include "registry/relation_changes.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#define URN_CONFIG "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"

PG_FUNCTION_INFO_V1(scim_get_schemas);
PG_FUNCTION_INFO_V1(scim_service_provider_config);

/* ---- schemas ---- */

/*
 * Appends the schema, as the tables have it (or that of "only"), unless another
 * resource type brought it already, or it has no place.
 */
static void
append_schema(JsonbValue *schemas, const ScimSchema *schema, const ScimResourceType *only,
			  ScimVersionForm form)
{
	const ScimSchema *narrow;

	for (int i = 0; i < schemas->val.array.nElems; i++)
		if (scim_string_is(scim_get(&schemas->val.array.elems[i], "id", 2), schema->urn))
			return;
	narrow = scim_narrow_schema(schema, only);
	if (narrow)
		scim_append(schemas, scim_describe_schema(narrow, form));
}

JsonbValue *
scim_schemas(const ScimResourceType *only, ScimVersionForm form)
{
	const ScimResourceType *const *types = scim_resource_types();
	JsonbValue *documents = scim_new_array();
	JsonbValue *schemas = scim_new_array();
	JsonbValue *content = scim_new_object();

	for (; *types; types++)
	{
		if (only && *types != only)
			continue;
		scim_append(documents, scim_describe_type(scim_narrow_type(*types), form));
		append_schema(schemas, (*types)->schema, only, form);
		for (int i = 0; (*types)->extensions[i]; i++)
			append_schema(schemas, (*types)->extensions[i], only, form);
	}
	scim_set_value(content, "resource_types", documents);
	scim_set_value(content, "schemas", schemas);
	return content;
}

/*
 * All schemas, also those that no resource type has: of no use for writing resources, so the
 * tool leaves them out.
 */
static JsonbValue *
all_schemas(ScimVersionForm form)
{
	JsonbValue *schemas = scim_new_array();

	for (const ScimSchema *const *schema = scim_all_schemas(); *schema; schema++)
		append_schema(schemas, *schema, NULL, form);
	return schemas;
}

/* ---- the server ---- */

static bool
always(void)
{
	return true;
}

/* The features, by the names of RFC 7643 section 5. */
static const struct
{
	const char *name;
	bool		(*supported) (void);
}			features[] = {
	{"patch", always}, {"bulk", always}, {"filter", always},
	{"changePassword", scim_keeps_passwords}, {"sort", always}, {"etag", always}
};

void
scim_set_capabilities(JsonbValue *object)
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

/* As scimver.authentication_schemes has them, which was checked when it was set. */
static JsonbValue *
authentication_schemes(void)
{
	const char *text = scim_setting_authentication_schemes;
	Jsonb	   *schemes;
	JsonbValue *root;

	if (text == NULL || text[0] == '\0')
		return scim_new_array();
	schemes = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));
	root = palloc(sizeof(JsonbValue));
	scim_root(schemes, root);
	return root;
}

static JsonbValue *
config_document(ScimVersionForm form)
{
	JsonbValue *document = scim_new_document(URN_CONFIG);
	JsonbValue *pagination;
	JsonbValue *bulk;

	scim_set_capabilities(document);
	bulk = scim_get(document, "bulk", strlen("bulk"));
	scim_set_integer(bulk, "maxOperations", scim_setting_max_bulk_operations);
	scim_set_integer(bulk, "maxPayloadSize", Min(scim_setting_max_bulk_bytes,
												 scim_setting_max_body));
	scim_set_integer(scim_get(document, "filter", strlen("filter")), "maxResults",
					 scim_setting_max_page_size);
	pagination = scim_get(document, "pagination", strlen("pagination"));
	scim_set_text(pagination, "defaultPaginationMethod", "index");
	scim_set_integer(pagination, "defaultPageSize",
					 Min(SCIM_DEFAULT_PAGE_SIZE, scim_setting_max_page_size));
	scim_set_integer(pagination, "maxPageSize", scim_setting_max_page_size);
	if (scim_setting_cursor_timeout > 0)
		scim_set_integer(pagination, "cursorTimeout", scim_setting_cursor_timeout);
	scim_set_value(document, "authenticationSchemes", authentication_schemes());
	scim_set_meta(document, "ServiceProviderConfig", "/ServiceProviderConfig", NULL, NULL, form);
	return document;
}

/* ---- what a session keeps ---- */

/* What is kept, as long as what it was made of stays the same. */
typedef struct Kept
{
	/* makes it in the context given; what is left in the current one goes */
	void	   *(*make) (ScimVersionForm form, MemoryContext context);
	MemoryContext context;		/* holds what follows; NULL: nothing is kept */
	uint64		relations;		/* changes of any, before it was made */
	uint64		enums;
	char	   *settings;
	void	   *made;
} Kept;

static uint64 enum_changes = 0;

/* Labels of enums are told as values; no relation changes with them. */
static void
enum_changed(Datum argument, int cache_id, uint32 hash_value)
{
	enum_changes++;
}

void
scim_init_discovery(void)
{
	CacheRegisterSyscacheCallback(ENUMOID, enum_changed, (Datum) 0);
}

/* Those that documents depend on, with no doubt where one ends and the next begins. */
static char *
settings_text(ScimVersionForm form)
{
	const char *base = scim_setting_base_url ? scim_setting_base_url : "";
	const char *schemes = scim_setting_authentication_schemes;

	return psprintf("%d %d %d %d %d %d %d %s %s", (int) form, scim_setting_max_page_size,
					scim_setting_cursor_timeout, scim_setting_max_body,
					scim_setting_max_bulk_bytes, scim_setting_max_bulk_operations,
					(int) strlen(base), base, schemes ? schemes : "");
}

/* Nothing is kept where that fails; what changes meanwhile makes it old at once. */
static void
make_kept(Kept *kept, ScimVersionForm form, const char *settings)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "scimver discovery",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "scimver discovery parts",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(scratch);
	uint64		relations = scim_relation_changes();
	uint64		enums = enum_changes;
	void	   *made = kept->make(form, context);

	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);
	kept->settings = MemoryContextStrdup(context, settings);
	MemoryContextSetParent(context, CacheMemoryContext);
	kept->context = context;
	kept->relations = relations;
	kept->enums = enums;
	kept->made = made;
}

/* It stays where it is until this is called again. */
static const void *
find_kept(Kept *kept, ScimVersionForm form)
{
	char	   *settings = settings_text(form);

	/* what others have committed is heard of, as by a look into the tables */
	if (!IsolationUsesXactSnapshot())
		AcceptInvalidationMessages();
	if (kept->context && (kept->relations != scim_relation_changes() ||
						  kept->enums != enum_changes || strcmp(kept->settings, settings) != 0))
	{
		MemoryContextDelete(kept->context);
		kept->context = NULL;
	}
	if (kept->context == NULL)
		make_kept(kept, form, settings);
	pfree(settings);
	return kept->made;
}

/* ---- functions ---- */

static void *
make_schemas(ScimVersionForm form, MemoryContext context)
{
	JsonbValue *content = scim_schemas(NULL, form);

	scim_set_value(content, "schemas", all_schemas(form));
	scim_set_meta_version(content, form);
	return scim_write_in(context, content);
}

static void *
make_config(ScimVersionForm form, MemoryContext context)
{
	return scim_write_in(context, config_document(form));
}

static Kept kept_schemas = {make_schemas};
static Kept kept_config = {make_config};

static Jsonb *
copy_of(const Jsonb *document)
{
	Jsonb	   *copy = palloc(VARSIZE(document));

	memcpy(copy, document, VARSIZE(document));
	return copy;
}

/*
 * scim_get_schemas() -> jsonb: {"resource_types", "schemas", "meta"} (RFC 7643 sections
 * 6 and 7), as the registered tables have them (admin/narrow.h).
 */
Datum
scim_get_schemas(PG_FUNCTION_ARGS)
{
	PG_RETURN_JSONB_P(copy_of(find_kept(&kept_schemas, scim_version_form())));
}

/*
 * scim_service_provider_config() -> jsonb: RFC 7643 section 5, with the pagination
 * of RFC 9865, by the settings of the session.
 */
Datum
scim_service_provider_config(PG_FUNCTION_ARGS)
{
	PG_RETURN_JSONB_P(copy_of(find_kept(&kept_config, scim_version_form())));
}

/* ---- documents of HTTP ---- */

typedef struct Document
{
	ScimDiscovery what;
	const char *id;				/* NULL: the list, or the configuration */
	const char *version;
	text	   *body;
} Document;

typedef struct Documents
{
	MemoryContext context;		/* of all of it */
	Document   *items;
	int			count;
} Documents;

static void
add_document(Documents *documents, ScimDiscovery what, const char *id, const char *version,
			 const JsonbValue *tree)
{
	MemoryContext old = CurrentMemoryContext;
	Document   *document = &documents->items[documents->count++];
	StringInfoData json;

	initStringInfo(&json);
	scim_append_json(&json, tree);
	MemoryContextSwitchTo(documents->context);
	document->what = what;
	document->id = id ? pstrdup(id) : NULL;
	document->version = pstrdup(version);
	document->body = cstring_to_text_with_len(json.data, json.len);
	MemoryContextSwitchTo(old);
}

/* Adds a document, its version as HTTP shows that from now on. */
static void
add_resource(Documents *documents, ScimDiscovery what, const char *id, JsonbValue *resource)
{
	JsonbValue *meta = scim_get(resource, "meta", strlen("meta"));
	char	   *version = scim_string_copy(scim_get(meta, "version", strlen("version")));

	scim_set_text(meta, "version", scim_version_in(SCIM_VERSION_ETAG, version));
	add_document(documents, what, id, version, resource);
}

/* All of a kind, each under its "key"; and then the list of them (RFC 7644 section 3.4.2). */
static void
add_resources(Documents *documents, ScimDiscovery what, const char *key, JsonbValue *resources)
{
	JsonbValue *list = scim_new_document(SCIM_URN_LIST);
	int			count = resources->val.array.nElems;

	for (int i = 0; i < count; i++)
	{
		JsonbValue *resource = &resources->val.array.elems[i];

		add_resource(documents, what, scim_string_copy(scim_get(resource, key, strlen(key))),
					 resource);
	}
	scim_set_integer(list, "totalResults", count);
	scim_set_integer(list, "startIndex", 1);
	scim_set_integer(list, "itemsPerPage", count);
	scim_set_value(list, "Resources", resources);
	add_document(documents, what, NULL, scim_document_version(scim_write(list)), list);
}

static void *
make_documents(ScimVersionForm form, MemoryContext context)
{
	JsonbValue *types = scim_get(scim_schemas(NULL, form), "resource_types",
								 strlen("resource_types"));
	JsonbValue *schemas = all_schemas(form);
	int			count = types->val.array.nElems + schemas->val.array.nElems + 3;
	Documents  *documents = MemoryContextAllocZero(context, sizeof(Documents));

	documents->context = context;
	documents->items = MemoryContextAllocZero(context, count * sizeof(Document));
	add_resources(documents, SCIM_DISCOVER_SCHEMAS, "id", schemas);
	add_resources(documents, SCIM_DISCOVER_TYPES, "name", types);
	add_resource(documents, SCIM_DISCOVER_CONFIG, NULL, config_document(form));
	return documents;
}

static Kept kept_documents = {make_documents};

static bool
is_wanted(const Document *document, ScimDiscovery what, const char *id)
{
	if (document->what != what || (document->id == NULL) != (id == NULL))
		return false;
	return id == NULL || scim_same_name(id, strlen(id), document->id);
}

text *
scim_discover(ScimDiscovery what, const char *id, char **version)
{
	const Documents *documents = find_kept(&kept_documents, SCIM_VERSION_RAW);

	for (int i = 0; i < documents->count; i++)
	{
		const Document *document = &documents->items[i];

		if (!is_wanted(document, what, id))
			continue;
		*version = pstrdup(document->version);
		return DatumGetTextPCopy(PointerGetDatum(document->body));
	}
	return NULL;
}
