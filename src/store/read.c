/*
 * read.c
 *		Reading resources: one, whether there is one, and lists.
 *
 * An operation reads everything under one snapshot, so that what it returns
 * belongs together: a group's members are those of its version.
 */
#include "postgres.h"

#include "access/xact.h"
#include "core/jsonb_tree.h"
#include "errors.h"
#include "executor/spi.h"
#include "store/ids.h"
#include "store/nesting.h"
#include "store/statements.h"
#include "store/store.h"
#include "store/target.h"
#include "store/tenant.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

/* ---- one resource ---- */

/* Is it still the version that the client knows?  Then nothing else is read. */
static bool
is_known(const ScimTarget *target, const pg_uuid_t *id, const char *known, ScimRow *row)
{
	return known && scim_fetch(target, SCIM_GET | SCIM_BARE, id, true, row) &&
		strcmp(scim_row_version(target->table, target->tenant, row), known) == 0;
}

static Jsonb *
read_one(const ScimTarget *target, const char *id, const ScimView *view)
{
	bool		groups = target->type->has_groups && scim_projects(target->projection, "groups", NULL);
	bool		inline_groups = groups && !(view && view->indirect_groups);
	pg_uuid_t	uuid;
	ScimRow		row;

	if (!scim_parse_id(id, &uuid))
		scim_throw_not_found(target, id);
	if (view && is_known(target, &uuid, view->known_version, &row))
		return scim_show_not_modified(target->table, &row, target->caller);
	if (!scim_fetch(target, inline_groups ? SCIM_GET : SCIM_GET | SCIM_BARE, &uuid, true, &row))
		scim_throw_not_found(target, id);
	if (groups && !inline_groups)
		row.groups = scim_all_groups(target->tenant, &uuid);
	return scim_show_rows(target->table, target->tenant, &row, 1, view ? view->most_members : 0,
						  target->projection, target->caller)[0];
}

Jsonb *
scim_store_get(const char *type, const char *tenant, const char *id, const ScimView *view, bool fresh)
{
	ScimTarget	target;
	Jsonb	   *result;

	scim_begin(&target, type, tenant);
	scim_take_view(&target, view);
	if (fresh)
	{
		CommandCounterIncrement();
		PushActiveSnapshot(GetTransactionSnapshot());
	}
	result = read_one(&target, id, view);
	if (fresh)
		PopActiveSnapshot();
	SPI_finish();
	return result;
}

bool
scim_store_exists(const char *type, const char *tenant, const char *id)
{
	ScimTarget	target;
	pg_uuid_t	uuid;
	bool		exists;

	scim_begin(&target, type, tenant);
	exists = scim_parse_id(id, &uuid) && scim_fetch(&target, SCIM_GET, &uuid, true, NULL);
	if (!exists)
		scim_check_tenant(target.table, target.tenant);
	SPI_finish();
	return exists;
}

char *
scim_store_table(const char *type)
{
	const ScimResourceType *known = scim_resource_type(type);
	const ScimRegistration *table = known ? scim_find_table(known) : NULL;

	return table ? pstrdup(table->table) : NULL;
}

/* ---- lists ---- */

/* What can be searched: an attribute, the statements, the type of its value. */
typedef struct Search
{
	const char *attribute;
	bool		is_boolean;
	ScimStatement list;
	ScimStatement count;
} Search;

static const Search everything = {NULL, false, SCIM_LIST, SCIM_COUNT};

static const Search searches[] = {
	{"userName", false, SCIM_LIST_USER_NAME, SCIM_COUNT_USER_NAME},
	{"externalId", false, SCIM_LIST_EXTERNAL_ID, SCIM_COUNT_EXTERNAL_ID},
	{"displayName", false, SCIM_LIST_DISPLAY_NAME, SCIM_COUNT_DISPLAY_NAME},
	{"active", true, SCIM_LIST_ACTIVE, SCIM_COUNT_ACTIVE},
	{"emails.value", false, SCIM_LIST_EMAILS, SCIM_COUNT_EMAILS},
};

static const Search *
find_search(const ScimRegistration *table, const char *attribute)
{
	if (pg_strcasecmp(attribute, "password") == 0)
		scim_throw_path(SCIM_INVALID_FILTER, attribute, "a password cannot be searched for");
	for (size_t i = 0; i < lengthof(searches); i++)
	{
		const char *path = searches[i].attribute;

		if ((pg_strcasecmp(attribute, path) == 0 ||
			 (strcmp(path, "emails.value") == 0 && pg_strcasecmp(attribute, "emails") == 0)) &&
			scim_find_lookup(table, path))
			return &searches[i];
	}
	scim_throw_path(SCIM_INVALID_FILTER, attribute, "\"%s\" of a %s cannot be searched",
					attribute, table->type->name);
}

/* The value as the statement's parameter; its type must be the attribute's. */
static Datum
search_value(const Search *search, const ScimListQuery *query)
{
	const JsonbValue *value = query->value;

	if (search->is_boolean && value->type == jbvBool)
		return BoolGetDatum(value->val.boolean);
	if (!search->is_boolean && value->type == jbvString)
		return CStringGetTextDatum(scim_string_copy(value));
	scim_throw_path(SCIM_INVALID_FILTER, search->attribute, "%s is compared with a %s",
					search->attribute, search->is_boolean ? "boolean" : "string");
}

static int64
count_rows(const ScimTarget *target, const Search *search, Datum value)
{
	Datum		values[2];
	bool		isnull;

	values[0] = CStringGetTextDatum(target->tenant);
	values[1] = value;
	scim_run(search->count, target->table, values, NULL, true);
	return DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* The page's resources, appended to "resources". */
static uint64
read_page(const ScimTarget *target, const Search *search, Datum value,
		  int64 offset, int64 limit, JsonbValue *resources)
{
	Datum		values[4];
	uint64		count;
	ScimRow    *rows;
	Jsonb	  **shown;

	values[0] = CStringGetTextDatum(target->tenant);
	values[1] = Int64GetDatum(offset);
	values[2] = Int64GetDatum(limit);
	values[3] = value;
	count = scim_run(search->list, target->table, values, NULL, true);
	rows = palloc_extended(Max(count, 1) * sizeof(ScimRow), MCXT_ALLOC_HUGE);
	for (uint64 i = 0; i < count; i++)
		scim_read_row(target->table, i, &rows[i]);
	shown = scim_show_rows(target->table, target->tenant, rows, count, SCIM_SHOWN_MEMBERS,
						   NULL, CurrentMemoryContext);
	for (uint64 i = 0; i < count; i++)
	{
		JsonbValue	resource;

		scim_root(shown[i], &resource);
		scim_append(resources, &resource);
	}
	return count;
}

Jsonb *
scim_store_list(const char *type, const char *tenant, const ScimListQuery *query)
{
	ScimTarget	target;
	const Search *search = &everything;
	Datum		value = (Datum) 0;
	int			start = Max(query->start_index, 1);
	int			limit = Max(query->count, 0);
	JsonbValue *response = scim_new_object();
	JsonbValue *schemas = scim_new_array();
	JsonbValue *resources = scim_new_array();
	int64		total;
	uint64		count = 0;
	MemoryContext old;
	Jsonb	   *result;

	scim_begin(&target, type, tenant);
	if (query->attribute)
	{
		search = find_search(target.table, query->attribute);
		value = search_value(search, query);
	}
	total = count_rows(&target, search, value);
	if (total == 0)
		scim_check_tenant(target.table, target.tenant);
	if (limit > 0 && start <= total)
		count = read_page(&target, search, value, start - 1, limit, resources);

	scim_append_text(schemas, SCIM_URN_LIST);
	scim_set_value(response, "schemas", schemas);
	scim_set_integer(response, "totalResults", total);
	scim_set_integer(response, "startIndex", start);
	scim_set_integer(response, "itemsPerPage", count);
	scim_set_value(response, "Resources", resources);
	old = MemoryContextSwitchTo(target.caller);
	result = scim_write(response);
	MemoryContextSwitchTo(old);
	SPI_finish();
	return result;
}
