/*
 * list.c
 *		Lists: filtered, sorted, and read page by page (RFC 7644 section 3.4.2;
 *		operation/paging.h); and scim_explain_filter, the SQL that
 *		a filter becomes.
 *
 * Everything is read under one snapshot: total, rows, and members.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/function_arguments.h"
#include "base/jsonb_tree.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "operation/list.h"
#include "operation/page.h"
#include "operation/paging.h"
#include "query/filter.h"
#include "resource/target.h"
#include "statement/sql.h"
#include "statement/tenant.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/numeric.h"

/* A list of one type. */
typedef struct Listing
{
	ScimListing listing;		/* first */
	ScimTarget	target;
	ScimSelection selection;
} Listing;

/* ---- what is asked for ---- */

/* Equality of one attribute, as a filter: what the tools call searching. */
static char *
search_filter(const ScimResourceType *type, const ScimListQuery *query)
{
	const char *name = query->attribute;
	const JsonbValue *value = query->value;
	const ScimAttribute *attribute = scim_top_attribute(type, name, strlen(name));
	StringInfoData filter;

	if (name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789$_-.:")] !=
		'\0')
		scim_throw_path(SCIM_INVALID_FILTER, name, "\"%s\" is no attribute", name);
	initStringInfo(&filter);
	appendStringInfo(&filter, "%s%s eq ", name,
					 attribute && attribute->type == SCIM_COMPLEX && attribute->multi_valued
					 ? ".value"
					 : "");
	if (value->type == jbvString)
		escape_json(&filter, scim_string_copy(value));
	else if (value->type == jbvBool)
		appendStringInfoString(&filter, value->val.boolean ? "true" : "false");
	else
		appendStringInfoString(&filter, numeric_normalize(value->val.numeric));
	return filter.data;
}

static void
select_rows(Listing *list, const char *filter)
{
	const ScimRegistration *table = list->target.table;
	const ScimRules *rules = list->target.rules;
	const ScimListQuery *query = list->listing.query;
	ScimSelection *selection = &list->selection;

	scim_begin_selection(selection, &list->target);
	if (filter)
	{
		appendStringInfoString(&selection->where.text, " AND ");
		scim_compile_filter(scim_read_filter(table->type, rules, filter), table, &selection->where);
	}
	scim_read_order(table, rules, query->sort_by, query->sort_order, &selection->order);
}

/* All that a cursor is bound to. */
static char *
cursor_kind(const Listing *list, const char *filter)
{
	const ScimOrder *order = &list->selection.order;
	const char *parts[] = {
		"list", list->target.type->name, list->target.tenant, filter, order->path,
		order->descending ? "descending" : "ascending"
	};

	return scim_cursor_kind(parts, lengthof(parts));
}

/* ---- where its rows come from ---- */

static void
take_page(Listing *list, const ScimPage *page)
{
	ScimListing *listing = &list->listing;

	listing->rows = palloc(Max(page->count, 1) * sizeof(ScimListedRow));
	listing->count = page->count;
	listing->total = page->total;
	for (uint64 i = 0; i < page->count; i++)
	{
		ScimListedRow *row = &listing->rows[i];

		row->target = &list->target;
		row->index = i;
		row->rows = scim_page_rows(page, &row->index);
	}
}

static void
read_at(ScimListing *listing, int64 offset, int64 limit)
{
	Listing    *list = (Listing *) listing;
	ScimPage	page;

	scim_read_page_at(&list->selection, offset, limit, &page);
	take_page(list, &page);
}

static bool
read_after(ScimListing *listing, Jsonb *state, int64 limit)
{
	Listing    *list = (Listing *) listing;
	ScimListPoint point;
	ScimPage	page;

	if (state && !scim_read_point(list->target.table, &list->selection.order, state, &point))
		return false;
	scim_read_page_after(&list->selection, state ? &point : NULL, limit, &page);
	take_page(list, &page);
	return true;
}

static int64
count(ScimListing *listing, int64 most)
{
	return scim_count_selection(&((Listing *) listing)->selection, most);
}

static Jsonb *
state_behind(ScimListing *listing)
{
	const ScimSelection *selection = &((Listing *) listing)->selection;
	const ScimListedRow *last = &listing->rows[listing->count - 1];
	ScimListPoint point;

	scim_row_point(selection, last->rows, last->index, &point);
	return scim_write_point(&selection->order, &point);
}

static const ScimListSource source = {
	.read_at = read_at,
	.read_after = read_after,
	.count = count,
	.state = state_behind,
};

Jsonb *
scim_store_list(const char *type, const char *tenant, const ScimListQuery *query)
{
	Listing		list = {.listing = {.source = &source, .query = query}};
	const char *filter = query->filter;
	Jsonb	   *result;

	scim_begin_read(&list.target, type, tenant, query->fresh);
	scim_take_view(&list.target, query->view);
	if (query->attribute)
		filter = search_filter(list.target.type, query);
	select_rows(&list, filter);
	if (query->cursor)
		list.listing.cursor_kind = cursor_kind(&list, filter);
	scim_read_listing(&list.listing);
	if (list.listing.count == 0 && list.listing.total <= 0)
		scim_check_tenant(list.target.table, list.target.tenant);

	result = scim_write_in(list.target.caller, scim_listing_response(&list.listing));
	scim_finish_read(&list.target);
	return result;
}

/* ---- what a filter becomes ---- */

PG_FUNCTION_INFO_V1(scim_explain_filter);

/*
 * scim_explain_filter(resource_type text, filter text) -> text: the statement
 * that finds the resources of the session's tenant, with literals where lists
 * have parameters, ready for EXPLAIN.  Errors: NOT_REGISTERED, INVALID_FILTER, SENSITIVE.
 */
Datum
scim_explain_filter(PG_FUNCTION_ARGS)
{
	static ScimArgumentNames names;
	ScimFunctionArguments arguments = scim_function_arguments(fcinfo, &names);
	char	   *filter = scim_required_text(&arguments, "filter");
	ScimTarget	target;
	ScimSql		sql;
	text	   *result;
	MemoryContext old;

	scim_begin(&target, scim_required_text(&arguments, "resource_type"), NULL);
	scim_init_sql(&sql, target.table, target.tenant, true);
	scim_append_template(&sql, "SELECT r.{id} FROM {table} AS r WHERE {in_tenant:r} AND ",
						 target.table);
	scim_compile_filter(scim_read_filter(target.type, target.rules, filter), target.table, &sql);
	old = MemoryContextSwitchTo(target.caller);
	result = cstring_to_text_with_len(sql.text.data, sql.text.len);
	MemoryContextSwitchTo(old);
	SPI_finish();
	PG_RETURN_TEXT_P(result);
}
