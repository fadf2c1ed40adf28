/*
 * search_request.c
 *		SearchRequests (RFC 7644 section 3.4.3), read.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/jsonb_number.h"
#include "base/jsonb_tree.h"
#include "core/object.h"
#include "core/value.h"
#include "miscadmin.h"
#include "operation/cursor.h"
#include "operation/search_request.h"

/* Its members, as they stand in "names". */
typedef enum Member
{
	SCHEMAS,
	ATTRIBUTES,
	EXCLUDED,
	FILTER,
	SORT_BY,
	SORT_ORDER,
	START_INDEX,
	COUNT,
	CURSOR,
	MEMBERS
} Member;

static const char *const names[MEMBERS] = {
	[SCHEMAS] = "schemas",
	[ATTRIBUTES] = "attributes",
	[EXCLUDED] = "excludedAttributes",
	[FILTER] = "filter",
	[SORT_BY] = "sortBy",
	[SORT_ORDER] = "sortOrder",
	[START_INDEX] = "startIndex",
	[COUNT] = "count",
	[CURSOR] = "cursor",
};

/* Their values; those that are not there are null. */
static void
find_members(Jsonb *request, JsonbValue *values)
{
	ScimWalk	walk;
	JsonbValue	root;
	JsonbValue	key;
	JsonbValue	value;

	scim_root(request, &root);
	if (!scim_is_object(&root))
		scim_throw_path(SCIM_BAD_SEARCH, NULL, "a SearchRequest must be %s",
						scim_wanted_container(&root, "an object"));
	for (int i = 0; i < MEMBERS; i++)
		values[i].type = jbvNull;
	scim_walk(&walk, root.val.binary.data);
	while (scim_walk_next(&walk, &key, &value))
	{
		int			i = 0;

		CHECK_FOR_INTERRUPTS();
		while (i < MEMBERS && !scim_same_name(key.val.string.val, key.val.string.len, names[i]))
			i++;
		if (i == MEMBERS)
			continue;
		scim_check_spelling(walk.container, &key, names[i], NULL);
		values[i] = value;
	}
}

static SCIM_NORETURN void throw_member(Member member, const char *what);

static void
throw_member(Member member, const char *what)
{
	scim_throw_path(SCIM_INVALID_VALUE, names[member], "%s must be %-s", names[member], what);
}

static const char *
read_text(const JsonbValue *values, Member member)
{
	if (values[member].type == jbvNull)
		return NULL;
	if (values[member].type != jbvString)
		throw_member(member, "a string");
	return scim_string_copy(&values[member]);
}

/* What no int holds is the nearest that one does. */
static int
read_integer(const JsonbValue *values, Member member, int otherwise)
{
	int64		number;

	if (values[member].type == jbvNull)
		return otherwise;
	if (!scim_is_whole_number(&values[member], &number))
		throw_member(member, "an integer");
	return (int) Min(Max(number, PG_INT32_MIN), PG_INT32_MAX);
}

/* *count is -1, and the result NULL, of a list that is not there: an empty one is none. */
static char **
read_texts(const JsonbValue *values, Member member, int *count)
{
	const JsonbValue *value = &values[member];
	ScimWalk	walk;
	JsonbValue	element;
	char	  **texts;

	*count = -1;
	if (value->type == jbvNull)
		return NULL;
	if (!scim_is_array(value))
		throw_member(member, scim_wanted_container(value, "an array of strings"));
	scim_walk(&walk, value->val.binary.data);
	if (walk.count == 0)
		return NULL;
	texts = palloc(walk.count * sizeof(char *));
	for (int i = 0; scim_walk_next(&walk, NULL, &element); i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (element.type != jbvString)
			throw_member(member, "an array of strings");
		texts[i] = scim_string_copy(&element);
	}
	*count = walk.count;
	return texts;
}

void
scim_read_search_request(Jsonb *request, ScimSearchRequest *search)
{
	JsonbValue	values[MEMBERS];
	ScimView   *view = &search->view;
	ScimListQuery *query = &search->query;

	find_members(request, values);
	if (!scim_has_urn(&values[SCHEMAS], SCIM_URN_SEARCH))
		scim_throw_path(SCIM_BAD_SEARCH, names[SCHEMAS], "schemas must contain %s",
						SCIM_URN_SEARCH);
	memset(search, 0, sizeof(*search));
	view->attributes = read_texts(values, ATTRIBUTES, &view->attribute_count);
	view->excluded = read_texts(values, EXCLUDED, &view->excluded_count);
	query->filter = read_text(values, FILTER);
	query->sort_by = read_text(values, SORT_BY);
	query->sort_order = read_text(values, SORT_ORDER);
	query->start_index = read_integer(values, START_INDEX, 1);
	query->count = read_integer(values, COUNT, SCIM_DEFAULT_PAGE_SIZE);
	query->cursor = read_text(values, CURSOR);
	query->view = view;
}
