/*
 * list.c
 *		Lists: filtered, sorted, and read page by page (RFC 7644 section 3.4.2),
 *		by index or by cursor (RFC 9865); and scim_explain_filter, the SQL that
 *		a filter becomes.
 *
 * Everything is read under one snapshot: total, rows, and members.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "base/errors.h"
#include "base/function_arguments.h"
#include "base/jsonb_tree.h"
#include "base/settings.h"
#include "core/canonical.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "operation/cursor.h"
#include "operation/list.h"
#include "operation/page.h"
#include "query/filter.h"
#include "resource/show.h"
#include "resource/target.h"
#include "resource/version.h"
#include "statement/required.h"
#include "statement/sql.h"
#include "statement/tenant.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/memutils.h"
#include "utils/numeric.h"

/* An answer is no larger; documents that are shown are read in portions of these sizes. */
#define LARGEST_ANSWER (64 * 1024 * 1024)
#define PORTION_BYTES (8 * 1024 * 1024)
#define PORTION_ROWS 100

/* A list under way. */
typedef struct Listing
{
	ScimTarget	target;
	const ScimListQuery *query;
	ScimSelection selection;
	ScimPage	page;
	char	   *cursor_kind;	/* what a cursor of this list is bound to; NULL: by index */
	int64		total;			/* -1: not asked for */
	bool		at_least;		/* there are more than "total" */
	int64		start;			/* by index */
	char	   *next_cursor;	/* or NULL */
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
	ScimSelection *selection = &list->selection;

	selection->target = &list->target;
	scim_init_sql(&selection->where, table, list->target.tenant, false);
	scim_append_template(&selection->where, "{in_tenant:r}", table);
	if (filter)
	{
		appendStringInfoString(&selection->where.text, " AND ");
		scim_compile_filter(scim_read_filter(table->type, rules, filter), table, &selection->where);
	}
	scim_read_order(table, rules, list->query->sort_by, list->query->sort_order, &selection->order);
}

/* All that a cursor is bound to, with no doubt where one ends and the next begins. */
static char *
cursor_kind(const Listing *list, const char *filter)
{
	const ScimOrder *order = &list->selection.order;
	const char *parts[] = {
		"list", list->target.type->name, list->target.tenant, filter ? filter : "",
		order->path ? order->path : "", order->descending ? "descending" : "ascending"
	};
	StringInfoData kind;

	initStringInfo(&kind);
	for (size_t i = 0; i < lengthof(parts); i++)
		escape_json(&kind, parts[i]);
	return kind.data;
}

/* ---- the page ---- */

static SCIM_NORETURN void throw_too_many(int most);

static void
throw_too_many(int most)
{
	ScimError  *error = scim_error(SCIM_TOO_MANY);

	scim_error_integer(error, "limit", most);
	scim_throw(error, "more than %d resources match", most);
}

/* How far is counted (0: to the end): where more are refused, so far that it is known. */
static int
most_counted(const Listing *list)
{
	return scim_setting_max_results > 0 ? scim_setting_max_results : list->query->most_counted;
}

/* From the page if it tells. */
static void
find_total(Listing *list)
{
	int			most = most_counted(list);

	list->total = list->page.total;
	if (list->total >= 0)
		return;
	list->total = scim_count_selection(&list->selection, most);
	list->at_least = most > 0 && list->total > most;
	if (list->at_least)
		list->total = most;
}

static void
refuse_too_many(const Listing *list)
{
	int			most = scim_setting_max_results;

	if (most > 0 && (list->total > most || list->at_least))
		throw_too_many(most);
}

/*
 * Where the page reaches as far as is counted, a row behind it is looked for
 * instead: a count would not tell whether there is one.
 */
static void
read_by_index(Listing *list)
{
	int			limit = Min(Max(list->query->count, 0), scim_setting_max_page_size);
	int			most = most_counted(list);
	int64		offset;
	bool		ahead;

	list->start = Max(list->query->start_index, 1);
	offset = list->start - 1;
	ahead = limit > 0 && most > 0 && offset + limit >= most;
	list->page.total = -1;
	if (limit > 0)
		scim_read_page_at(&list->selection, offset, limit + (ahead ? 1 : 0), &list->page);
	if (ahead)
		scim_cut_page(&list->page, limit);
	list->at_least = list->page.has_more;
	if (list->at_least)
		list->total = offset + limit + 1;
	else
		find_total(list);
	refuse_too_many(list);
}

static void
read_by_cursor(Listing *list)
{
	const ScimListQuery *query = list->query;
	bool		first = query->cursor[0] == '\0';
	int			count = scim_cursor_count(query->count);
	ScimListPoint place;

	if (!first && !scim_read_point(list->target.table, &list->selection.order,
								   scim_read_cursor(list->cursor_kind, query->cursor), &place))
		scim_throw_path(SCIM_INVALID_CURSOR, "cursor", "this is no cursor of this list");
	scim_read_page_after(&list->selection, first ? NULL : &place, count, &list->page);
	list->total = -1;
	if (query->include_total)
	{
		find_total(list);
		refuse_too_many(list);
	}
	if (!list->page.has_more)
		return;
	scim_page_point(&list->selection, &list->page, list->page.count - 1, &place);
	list->next_cursor = scim_write_cursor(list->cursor_kind,
										  scim_write_point(&list->selection.order, &place));
}

/* ---- versions ---- */

static char *
row_version(const Listing *list, uint64 index)
{
	bool		isnull;
	Datum		version = scim_page_datum(&list->page, index, 3, &isnull);
	ScimRow		row;

	if (!isnull)
		return TextDatumGetCString(version);
	scim_read_page_row(&list->selection, &list->page, index, &row);
	return scim_know_version(list->target.table, list->target.tenant, &row);
}

/*
 * The version of the page: of how many there are, of the ids and versions that
 * it has, and of whether there are more.
 */
static char *
page_version(const Listing *list)
{
	JsonbValue *content = scim_new_object();
	JsonbValue *rows = scim_new_array();
	char		version[SCIM_VERSION_SIZE + 1];

	for (uint64 i = 0; i < list->page.count; i++)
	{
		bool		isnull;
		Datum		id = scim_page_datum(&list->page, i, 1, &isnull);

		CHECK_FOR_INTERRUPTS();
		scim_append_text(rows, scim_row_id(list->target.table, id, isnull));
		scim_append_text(rows, row_version(list, i));
	}
	scim_set_integer(content, "total", list->total);
	scim_set_bool(content, "more", list->page.has_more || list->at_least);
	scim_set_value(content, "rows", rows);
	scim_form_version(scim_canonical_form(content), NULL, version);
	return pstrdup(version);
}

/* ---- the answer ---- */

/* The end of the portion that begins with a row. */
static uint64
portion_end(const Listing *list, uint64 first)
{
	Size		size = 0;
	uint64		end = first;

	while (end < list->page.count && end - first < PORTION_ROWS && size < PORTION_BYTES)
	{
		bool		isnull;
		Datum		data = scim_page_datum(&list->page, end++, 2, &isnull);

		size += isnull ? 0 : toast_raw_datum_size(data);
	}
	return end;
}

/* Appends the resources of a portion; what is read to make them goes with its memory. */
static Size
show_portion(const Listing *list, uint64 first, uint64 end, JsonbValue *resources)
{
	MemoryContext portion = AllocSetContextCreate(CurrentMemoryContext, "scimver list",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext answer = MemoryContextSwitchTo(portion);
	uint64		count = end - first;
	ScimRow    *rows = palloc(count * sizeof(ScimRow));
	Size		size = 0;
	Jsonb	  **shown;

	for (uint64 i = 0; i < count; i++)
		scim_read_page_row(&list->selection, &list->page, first + i, &rows[i]);
	shown = scim_show_rows(list->target.table, list->target.tenant, rows, count, SCIM_SHOWN_MEMBERS,
						   list->target.projection, answer);
	MemoryContextSwitchTo(answer);
	for (uint64 i = 0; i < count; i++)
	{
		JsonbValue	resource;

		size += VARSIZE(shown[i]);
		scim_root(shown[i], &resource);
		scim_append(resources, &resource);
	}
	MemoryContextDelete(portion);
	return size;
}

static JsonbValue *
show_page(const Listing *list)
{
	JsonbValue *resources = scim_new_array();
	Size		size = 0;

	for (uint64 first = 0; first < list->page.count;)
	{
		uint64		end = portion_end(list, first);

		size += show_portion(list, first, end, resources);
		if (size > LARGEST_ANSWER)
		{
			ScimError  *error = scim_error(SCIM_TOO_LARGE);

			scim_error_integer(error, "limit", LARGEST_ANSWER);
			scim_throw(error,
					   "the page is larger than %d bytes: ask for fewer resources or attributes",
					   LARGEST_ANSWER);
		}
		first = end;
	}
	return resources;
}

static JsonbValue *
make_response(const Listing *list, const ScimView *view)
{
	JsonbValue *response = scim_new_object();
	JsonbValue *schemas = scim_new_array();
	char	   *version = page_version(list);

	scim_append_text(schemas, SCIM_URN_LIST);
	scim_set_value(response, "schemas", schemas);
	scim_set_text(response, "version", version);
	if (view && view->known_version && strcmp(view->known_version, version) == 0)
	{
		scim_set_bool(response, "not_modified", true);
		return response;
	}
	if (list->total >= 0)
		scim_set_integer(response, "totalResults", list->total);
	if (list->cursor_kind == NULL)
		scim_set_integer(response, "startIndex", list->start);
	scim_set_integer(response, "itemsPerPage", list->page.count);
	if (list->next_cursor)
		scim_set_text(response, "nextCursor", list->next_cursor);
	scim_set_value(response, "Resources", show_page(list));
	return response;
}

Jsonb *
scim_store_list(const char *type, const char *tenant, const ScimListQuery *query)
{
	Listing		list = {.query = query};
	const char *filter = query->filter;
	JsonbValue *response;
	Jsonb	   *result;

	scim_begin_read(&list.target, type, tenant, query->fresh);
	scim_take_view(&list.target, query->view);
	if (query->attribute)
		filter = search_filter(list.target.type, query);
	select_rows(&list, filter);
	if (query->cursor)
	{
		list.cursor_kind = cursor_kind(&list, filter);
		read_by_cursor(&list);
	}
	else
		read_by_index(&list);
	if (query->at_least)
		*query->at_least = list.at_least;
	if (list.page.count == 0 && list.total <= 0)
		scim_check_tenant(list.target.table, list.target.tenant);

	response = make_response(&list, query->view);
	result = scim_write_in(list.target.caller, response);
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
