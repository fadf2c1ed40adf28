/*
 * search.c
 *		Root search: a list over all resource types (RFC 7644 sections 3.4.2.1, 3.4.3).
 *
 * Everything is read under one snapshot, as in lists; how, operation/search_rows.h tells.
 * What is asked for is read once for each type: what that does not define has no value there.
 */
#include "postgres.h"

#include "base/function_arguments.h"
#include "base/jsonb_tree.h"
#include "core/path.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "operation/paging.h"
#include "operation/search.h"
#include "operation/search_rows.h"
#include "query/access.h"
#include "query/filter.h"
#include "registry/cache.h"
#include "statement/tenant.h"

/* ---- what is shown ---- */

/* Is it the name of an attribute that the type has?  What stands in brackets does not count. */
static bool
has_attribute(const ScimResourceType *type, const char *name)
{
	ScimPath	path;

	return scim_find_path(type, name, strcspn(name, "["), false, &path) == NULL;
}

static SCIM_NORETURN void throw_unknown(const char *name);

static void
throw_unknown(const char *name)
{
	scim_throw_path(SCIM_INVALID_PATH, name, "\"%s\" is an attribute of no resource type", name);
}

/* INVALID_PATH of a name that no type has. */
static void
check_names(const ScimTargets *targets, char *const *names, int count)
{
	for (int i = 0; i < count; i++)
	{
		int			type = 0;

		CHECK_FOR_INTERRUPTS();
		while (type < targets->type_count && !has_attribute(targets->types[type], names[i]))
			type++;
		if (type == targets->type_count)
			throw_unknown(names[i]);
	}
}

/* Those of the names that the type has; *count becomes how many they are. */
static char **
own_names(const ScimResourceType *type, char *const *names, int *count)
{
	char	  **own = palloc(Max(*count, 1) * sizeof(char *));
	int			found = Min(*count, 0);

	for (int i = 0; i < *count; i++)
		if (has_attribute(type, names[i]))
			own[found++] = names[i];
	*count = found;
	return own;
}

static void
take_views(ScimTargets *targets, const ScimView *view)
{
	if (view)
	{
		check_names(targets, view->attributes, view->attribute_count);
		check_names(targets, view->excluded, view->excluded_count);
	}
	for (int i = 0; i < targets->count; i++)
	{
		const ScimResourceType *type = targets->types[i];
		ScimView	own;

		if (view)
		{
			own = *view;
			own.attributes = own_names(type, view->attributes, &own.attribute_count);
			own.excluded = own_names(type, view->excluded, &own.excluded_count);
		}
		scim_take_view(&targets->targets[i], view ? &own : NULL);
	}
}

/* ---- which rows, in which order ---- */

/* A type that is not searched lacks nothing. */
static const char *
lack(int type, const ScimPath *path, void *argument)
{
	const ScimTargets *targets = argument;

	return type < targets->count ? scim_lacks(targets->targets[type].table, path) : NULL;
}

static ScimFilter **
read_filter(ScimTargets *targets, const char *text)
{
	ScimFilter **filters;

	if (text == NULL)
		return NULL;
	filters = palloc(targets->type_count * sizeof(ScimFilter *));
	scim_read_filters(targets->types, targets->type_count, targets->targets[0].rules, text, lack,
					  targets, filters);
	return filters;
}

static void
add_part(ScimSearch *search, const ScimTarget *target, const ScimFilter *filter)
{
	ScimSelection *selection = &search->parts[search->part_count++].selection;

	scim_begin_selection(selection, target);
	if (filter == NULL || filter->kind == SCIM_FILTER_ALWAYS)
		return;
	appendStringInfoString(&selection->where.text, " AND ");
	scim_compile_filter(filter, target->table, &selection->where);
}

static void
turn_parts(ScimSearch *search)
{
	for (int i = 0, j = search->part_count - 1; i < j; i++, j--)
	{
		ScimSearchPart part = search->parts[i];

		search->parts[i] = search->parts[j];
		search->parts[j] = part;
	}
}

/* That of a type, be it one that the caller may not read. */
static const ScimRegistration *
table_of(const ScimTargets *targets, int type)
{
	return type < targets->count ? targets->targets[type].table :
		scim_find_table(targets->types[type]);
}

/* What no type can be sorted by is refused by the first that knows it. */
static void
check_order(const ScimSearch *search)
{
	const ScimTargets *targets = &search->targets;
	const ScimListQuery *query = search->listing.query;
	ScimOrder	order;

	for (int i = 0; i < targets->type_count; i++)
		if (scim_try_order(table_of(targets, i), query->sort_by, query->sort_order, &order))
			return;
	for (int i = 0; i < targets->type_count; i++)
		if (has_attribute(targets->types[i], query->sort_by))
			scim_read_order(table_of(targets, i), targets->targets[0].rules, query->sort_by,
							query->sort_order, &order);
	throw_unknown(query->sort_by);
}

static void
read_order(ScimSearch *search)
{
	const ScimListQuery *query = search->listing.query;
	const ScimTarget *target = &search->targets.targets[0];
	ScimOrder	order;

	if (query->sort_by)
	{
		check_order(search);
		(void) scim_try_order(target->table, query->sort_by, query->sort_order, &order);
	}
	else
		scim_read_order(target->table, target->rules, NULL, query->sort_order, &order);
	search->descending = query->sort_by && order.descending;
	for (int i = 0; i < search->part_count; i++)
	{
		ScimSelection *selection = &search->parts[i].selection;

		if (query->sort_by)
			(void) scim_try_order(selection->target->table, query->sort_by, query->sort_order,
								  &selection->order);
		else
			selection->order = order;
	}
	if (search->descending)
		turn_parts(search);
	if (query->sort_by)
		search->phases[search->phase_count++] =
			search->descending ? SCIM_BY_TYPE : SCIM_BY_VALUE;
	search->phases[search->phase_count++] =
		search->descending ? SCIM_BY_VALUE : SCIM_BY_TYPE;
}

static void
select_rows(ScimSearch *search)
{
	ScimTargets *targets = &search->targets;
	ScimFilter **filters = read_filter(targets, search->listing.query->filter);

	search->parts = palloc0(targets->count * sizeof(ScimSearchPart));
	for (int i = 0; i < targets->count; i++)
	{
		if (filters == NULL || filters[i]->kind != SCIM_FILTER_NEVER)
			add_part(search, &targets->targets[i], filters ? filters[i] : NULL);
	}
	read_order(search);
}

/* As in lists, but for the types: one that comes or goes does not end a walk. */
static char *
cursor_kind(const ScimSearch *search, const char *tenant)
{
	const ScimListQuery *query = search->listing.query;
	const char *parts[] = {
		"search", scim_resolve_tenant(tenant), query->filter, query->sort_by,
		search->descending ? "descending" : "ascending"
	};

	return scim_cursor_kind(parts, lengthof(parts));
}

/* Nothing was found: is that because of the tenant, in all of the tables? */
static void
check_tenant(const ScimTargets *targets)
{
	for (int i = 0; i < targets->count; i++)
		if (!targets->targets[i].table->has_policy)
			return;
	for (int i = 0; i < targets->count; i++)
		scim_check_tenant(targets->targets[i].table, targets->targets[i].tenant);
}

Jsonb *
scim_store_search(const char *tenant, const ScimListQuery *query)
{
	ScimSearch	search = {.listing = {.source = &scim_search_source, .query = query}};
	Jsonb	   *result;

	scim_begin_read_all(&search.targets, tenant, query->fresh);
	take_views(&search.targets, query->view);
	select_rows(&search);
	if (query->cursor)
		search.listing.cursor_kind = cursor_kind(&search, tenant);
	scim_read_listing(&search.listing);
	if (search.listing.count == 0 && search.listing.total <= 0)
		check_tenant(&search.targets);

	result = scim_write_in(search.targets.caller, scim_listing_response(&search.listing));
	scim_finish_read_all(&search.targets);
	return result;
}

PG_FUNCTION_INFO_V1(scim_search);

/*
 * scim_search(request jsonb, tenant_id text) -> jsonb: the ListResponse that a SearchRequest asks
 * for, over all types.
 */
Datum
scim_search(PG_FUNCTION_ARGS)
{
	static ScimArgumentNames names;
	ScimFunctionArguments arguments = scim_function_arguments(fcinfo, &names);
	ScimSearchRequest search;

	scim_read_search_request(scim_required_jsonb(&arguments, "request"), &search);
	PG_RETURN_JSONB_P(scim_store_search(scim_optional_text(&arguments, "tenant_id"),
										&search.query));
}
