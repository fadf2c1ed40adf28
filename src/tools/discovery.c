/*
 * discovery.c
 *		What there is and what works: scim_server_info(), the tool of that name, and
 *		scim_get_schemas, the tool (admin/discovery.h has more of it).
 *
 * Nothing is said here that does not work; a feature is announced by the
 * change that brings it.
 */
#include "postgres.h"

#include "access/xact.h"
#include "admin/describe.h"
#include "admin/discovery.h"
#include "admin/narrow.h"
#include "base/json_text.h"
#include "base/jsonb_tree.h"
#include "column/instant.h"
#include "decision/policies.h"
#include "decision/proposal.h"
#include "decision/rights.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "operation/read.h"
#include "registry/cache.h"
#include "statement/profile.h"
#include "tools/discovery.h"
#include "tools/fit.h"
#include "tools/lists.h"
#include "tools/log_warnings.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

PG_FUNCTION_INFO_V1(scim_server_info);

/* ---- schemas ---- */

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

static JsonbValue *
capabilities(void)
{
	JsonbValue *object = scim_new_object();

	scim_set_capabilities(object);
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
	scim_set_meta_version(object, scim_version_form());
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
