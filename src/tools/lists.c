/*
 * lists.c
 *		The tools that answer with pages: lists and searches of resources, and
 *		the members of a group.
 *
 * A page that is larger than an answer is shown up to where it fits, and the
 * way to go on leads to the first resource that was not shown.  By start_index
 * that is a sum; a cursor is only known to the operation, so there the page is read
 * once more with so many resources as were shown.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/json_text.h"
#include "base/jsonb_number.h"
#include "base/jsonb_tree.h"
#include "base/settings.h"
#include "miscadmin.h"
#include "operation/changes.h"
#include "operation/history.h"
#include "operation/list.h"
#include "operation/list_members.h"
#include "operation/proposals.h"
#include "tools/arguments.h"
#include "tools/envelope.h"
#include "tools/fit.h"
#include "tools/lists.h"
#include "tools/primary.h"
#include "utils/builtins.h"

/* The member of a ListResponse that holds what is listed (RFC 7644 section 3.4.2). */
#define RESOURCES "Resources"

/* A list while it is made into an answer. */
typedef struct ListPage
{
	ScimToolCall *call;
	const char *array;			/* the member that holds what is listed */
	ScimListQuery query;		/* lists of resources */
	bool		by_cursor;
	bool		versioned;		/* resources, which have versions; members of a group have none */
	JsonbValue *omitted;		/* what is not shown */
	int			shown;			/* of what is listed */
	bool		at_least;		/* there are more than totalResults */
	const char *status;			/* of proposals; NULL: any */
} ListPage;

/* Reads a page of at most "count". */
typedef Jsonb *(*PageReader) (ListPage *page, int count);

static int64
integer_member(const JsonbValue *object, const char *name)
{
	JsonbValue *value = scim_get(object, name, strlen(name));

	if (!value || value->type != jbvNumeric)
		elog(ERROR, "a list without %s", name);
	return scim_number_integer(value);
}

JsonbValue *
scim_first_that_fit(JsonbContainer *list, const char *name, bool versioned, JsonbValue *omitted)
{
	JsonbValue *fitting = scim_new_array();
	int64		room = SCIM_ANSWER_BYTES - SCIM_FRAME_BYTES;
	ScimWalk	walk;
	JsonbValue	one;

	scim_walk(&walk, list);
	while (scim_walk_next(&walk, NULL, &one))
	{
		JsonbValue *shown = versioned ? scim_shown_resource(&one, NULL) : scim_open(&one);

		CHECK_FOR_INTERRUPTS();
		if (walk.next == 1)
			scim_fit_object(shown, room, psprintf("%s[0].", name), omitted);
		room -= scim_json_size(shown) + 2;
		if (room < 0 && walk.next > 1)
			break;
		scim_append_omitted(shown, psprintf("%s[%d].", name, walk.next - 1), omitted);
		scim_append(fitting, shown);
	}
	return fitting;
}

void
scim_name_rest(const char *name, int shown, int found, JsonbValue *omitted)
{
	if (shown < found)
		scim_append_text(omitted, shown == found - 1 ? psprintf("%s[%d]", name, shown)
						 : psprintf("%s[%d..%d]", name, shown, found - 1));
}

/*
 * Reads a page and keeps of it what fits; its content, as a tree, with a list
 * that was made to fit.
 */
static JsonbValue *
read_fitting_page(ListPage *page, PageReader read, int count)
{
	int			found = -1;

	for (;;)
	{
		JsonbValue	root;
		JsonbValue *content;
		JsonbValue *list;
		int			read_now;

		scim_root(read(page, count), &root);
		content = scim_open(&root);
		list = scim_get(content, page->array, strlen(page->array));
		if (!list)				/* not_modified */
		{
			page->omitted = NULL;
			return content;
		}
		if (list->type != jbvBinary)
			elog(ERROR, "a list without %s", page->array);
		read_now = JsonContainerSize(list->val.binary.data);
		found = Max(found, read_now);
		page->omitted = scim_new_array();
		list = scim_first_that_fit(list->val.binary.data, page->array, page->versioned,
								   page->omitted);
		page->shown = list->val.array.nElems;
		scim_set_value(content, page->array, list);
		if (page->by_cursor && page->shown < read_now)
		{
			count = page->shown;
			continue;
		}
		if (strcmp(page->array, RESOURCES) == 0)
			scim_set_integer(content, "itemsPerPage", page->shown);
		scim_name_rest(page->array, page->shown, found, page->omitted);
		return content;
	}
}

/* Says in "metadata" where the next page begins, if there is one; returns how to get it. */
static const char *
say_next(const ListPage *page, const JsonbValue *content, JsonbValue *metadata)
{
	int64		next;

	if (page->by_cursor)
	{
		JsonbValue *cursor = scim_get(content, "nextCursor", strlen("nextCursor"));

		if (cursor)
			scim_set_value(metadata, "next_cursor", cursor);
		return "Go on with cursor = next_cursor";
	}
	next = integer_member(content, "startIndex") + page->shown;
	if (page->shown > 0 && next <= integer_member(content, "totalResults"))
		scim_set_integer(metadata, "next_start_index", next);
	return "Go on with start_index = next_start_index";
}

static text *
answer(ListPage *page, PageReader read, int count, const char *about_one)
{
	JsonbValue *metadata = scim_metadata(page->call);
	JsonbValue *content = read_fitting_page(page, read, count);
	JsonbValue *version = scim_get(content, "version", strlen("version"));
	const char *next;

	if (version)
		scim_set_value(metadata, "version", version);
	if (page->omitted)			/* not: not_modified */
	{
		if (page->at_least)
			scim_set_text(metadata, "total_is", "at_least");
		next = say_next(page, content, metadata);
		scim_say_omitted(metadata, page->omitted,
						 psprintf("%s; %s", next,
								  scim_tool_text(about_one, page->call->tool->subject)));
		if (page->versioned)
			scim_say_partial(page->call, metadata);
	}
	return scim_success(content, metadata);
}

/* A cursor: "*" begins, as "" leaves it out; NULL: there is none. */
static char *
cursor_argument(const ScimToolCall *call, ScimParameterId id)
{
	char	   *cursor = scim_argument_text(call, id);

	return cursor && strcmp(cursor, "*") == 0 ? pstrdup("") : cursor;
}

/* ---- resources ---- */

static Jsonb *
read_resources(ListPage *page, int count)
{
	page->query.count = count;
	return scim_store_list(page->call->type->name, page->call->tenant, &page->query);
}

text *
scim_run_list(ScimToolCall *call)
{
	ListPage	page = {.call = call, .array = RESOURCES, .versioned = true};
	ScimView	view = scim_argument_view(call);
	int			usual = Min(SCIM_DEFAULT_COUNT, scim_setting_max_page_size);

	page.query.view = &view;
	page.query.fresh = true;
	page.query.filter = scim_argument_text(call, PARAM_FILTER);
	page.query.sort_by = scim_argument_text(call, PARAM_SORT_BY);
	page.query.sort_order = scim_argument_word(call, PARAM_SORT_ORDER);
	page.query.start_index = scim_argument_integer(call, PARAM_START_INDEX, 1);
	page.query.cursor = cursor_argument(call, PARAM_CURSOR);
	page.query.include_total = scim_argument_boolean(call, PARAM_INCLUDE_TOTAL);
	page.query.most_counted = page.query.include_total ? 0 : SCIM_MOST_COUNTED;
	page.query.at_least = &page.at_least;
	page.by_cursor = page.query.cursor != NULL;
	if (call->given[PARAM_ATTRIBUTE])
	{
		page.query.attribute = scim_argument_text(call, PARAM_ATTRIBUTE);
		page.query.value = &call->values[PARAM_VALUE];
	}
	return answer(&page, read_resources,
				  Min(scim_argument_integer(call, PARAM_COUNT, usual), SCIM_LARGEST_COUNT),
				  call->type->has_members ?
				  "members of a single group come by scim_list_group_members." :
				  "read and change a single {one} with scim_get_{one} and scim_patch_{one}.");
}

/* ---- members ---- */

static Jsonb *
read_members(ListPage *page, int count)
{
	return scim_store_list_members(page->call->tenant, page->call->id, count,
								   cursor_argument(page->call, PARAM_MEMBER_CURSOR), true);
}

text *
scim_run_list_members(ScimToolCall *call)
{
	ListPage	page = {.call = call, .array = RESOURCES, .by_cursor = true};

	return answer(&page, read_members,
				  Min(scim_argument_integer(call, PARAM_MEMBER_COUNT, SCIM_DEFAULT_MEMBERS),
					  SCIM_LARGEST_COUNT),
				  "members need no more than their ids to be changed with "
				  "scim_modify_group_members.");
}

/* ---- changes of a resource ---- */

static Jsonb *
read_history(ListPage *page, int count)
{
	const ScimToolCall *call = page->call;

	return scim_store_get_history(call->type->name, call->tenant, call->id, count,
								  cursor_argument(call, PARAM_HISTORY_CURSOR), true);
}

text *
scim_run_list_history(ScimToolCall *call)
{
	ListPage	page = {.call = call, .array = "entries", .by_cursor = true};

	return answer(&page, read_history,
				  Min(scim_argument_integer(call, PARAM_COUNT, SCIM_DEFAULT_COUNT),
					  SCIM_LARGEST_COUNT),
				  "from_version shows what changed between versions.");
}

/* ---- changes of all resources ---- */

static Jsonb *
read_changes(ListPage *page, int count)
{
	const ScimToolCall *call = page->call;

	return scim_store_changes(cursor_argument(call, PARAM_CHANGES_CURSOR), count,
							  call->type ? call->type->name : NULL, call->tenant, false);
}

text *
scim_run_changes(ScimToolCall *call)
{
	ListPage	page = {.call = call, .array = "changes", .by_cursor = true};

	scim_require_primary();
	return answer(&page, read_changes,
				  Min(scim_argument_integer(call, PARAM_COUNT, SCIM_DEFAULT_COUNT),
					  SCIM_LARGEST_COUNT),
				  "scim_get_history tells more of a single resource.");
}

/* ---- proposals ---- */

static Jsonb *
read_proposals(ListPage *page, int count)
{
	const ScimToolCall *call = page->call;
	ScimProposalsQuery query = {
		.status = page->status,
		.type = call->type ? call->type->name : NULL,
		.id = call->id,
		.tenant = call->tenant,
		.count = count,
		.cursor = cursor_argument(call, PARAM_PROPOSALS_CURSOR),
		.fresh = true,
	};

	return scim_store_list_proposals(&query);
}

text *
scim_run_list_proposals(ScimToolCall *call, const char *status)
{
	ListPage	page = {.call = call, .array = "proposals", .by_cursor = true, .status = status};

	return answer(&page, read_proposals,
				  Min(scim_argument_integer(call, PARAM_COUNT, SCIM_DEFAULT_PROPOSALS_SIZE),
					  SCIM_LARGEST_COUNT),
				  "proposal_id shows a single one.");
}
