/*
 * parameters.c
 *		The query of a URI.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/uri.h"
#include "core/schema.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "operation/cursor.h"
#include "rest/parameters.h"

/* Names of parameters, and where they go.  An empty one is none, unless that means something. */
static const struct
{
	const char *name;
	size_t		offset;
	bool		may_be_empty;
}			known[] = {
	{"attributes", offsetof(ScimParameters, attributes)},
	{"excludedAttributes", offsetof(ScimParameters, excluded_attributes)},
	{"filter", offsetof(ScimParameters, filter)},
	{"sortBy", offsetof(ScimParameters, sort_by)},
	{"sortOrder", offsetof(ScimParameters, sort_order)},
	{"startIndex", offsetof(ScimParameters, start_index)},
	{"count", offsetof(ScimParameters, count)},
	{"cursor", offsetof(ScimParameters, cursor), true},
};

/* ---- the query ---- */

static SCIM_NORETURN void throw_encoding(const char *what);

static void
throw_encoding(const char *what)
{
	scim_throw_path(SCIM_INVALID_SYNTAX, "query",
					"%-s in the query is not percent-encoded UTF-8", what);
}

static void
take_parameter(char *name, char *value, bool any_case, ScimParameters *parameters)
{
	if (!scim_uri_decode_query(name))
		throw_encoding("a name");
	for (int i = 0; i < (int) lengthof(known); i++)
	{
		if (strcmp(name, known[i].name) != 0 &&
			!(any_case && scim_same_name(name, strlen(name), known[i].name)))
			continue;
		if (!scim_uri_decode_query(value) || !pg_verifymbstr(value, strlen(value), true))
			throw_encoding(known[i].name);
		*((const char **) ((char *) parameters + known[i].offset)) =
			value[0] || known[i].may_be_empty ? value : NULL;
	}
}

void
scim_read_parameters(const char *query, const ScimRules *rules, ScimParameters *parameters)
{
	char	   *rest = query && query[0] ? pstrdup(query) : NULL;

	*parameters = (ScimParameters)
	{
		0
	};
	while (rest)
	{
		char	   *name = rest;
		char	   *end = strchr(rest, '&');
		char	   *equals;

		CHECK_FOR_INTERRUPTS();
		rest = end ? end + 1 : NULL;
		if (end)
			*end = '\0';
		equals = strchr(name, '=');
		if (equals)
			*equals = '\0';
		take_parameter(name, equals ? equals + 1 : pstrdup(""), rules->filter, parameters);
	}
}

/* ---- lists of paths ---- */

/* The end of a path: a comma that stands in no filter and no string. */
static const char *
end_of_path(const char *path)
{
	bool		quoted = false;
	int			depth = 0;

	for (; *path && (quoted || depth > 0 || *path != ','); path++)
	{
		if (*path == '"')
			quoted = !quoted;
		else if (quoted && *path == '\\' && path[1])
			path++;
		else if (!quoted && *path == '[')
			depth++;
		else if (!quoted && *path == ']')
			depth--;
	}
	return path;
}

static char **
split_paths(const char *list, int *count)
{
	/* there are no more than commas, and one */
	char	  **paths = palloc((strlen(list) / 2 + 1) * sizeof(char *));

	*count = 0;
	for (;;)
	{
		const char *end;
		int			length;

		CHECK_FOR_INTERRUPTS();
		list += strspn(list, " ,");
		if (*list == '\0')
			return paths;
		end = end_of_path(list);
		for (length = end - list; list[length - 1] == ' '; length--)
			;
		paths[(*count)++] = pnstrdup(list, length);
		list = end;
	}
}

ScimView
scim_parameters_view(const ScimParameters *parameters)
{
	ScimView	view = {.attribute_count = -1, .excluded_count = -1};

	if (parameters->attributes && parameters->excluded_attributes)
		scim_throw_path(SCIM_INVALID_VALUE, "excludedAttributes",
						"attributes and excludedAttributes exclude each other");
	if (parameters->attributes)
		view.attributes = split_paths(parameters->attributes, &view.attribute_count);
	if (parameters->excluded_attributes)
		view.excluded = split_paths(parameters->excluded_attributes, &view.excluded_count);
	return view;
}

/* ---- lists of resources ---- */

/* An integer; beyond those that we count with, the nearest of them. */
static int
read_integer(const char *text, const char *name, int otherwise)
{
	const char *digits = text;
	long		number;

	if (text == NULL)
		return otherwise;
	if (*digits == '-' || *digits == '+')
		digits++;
	if (*digits == '\0' || digits[strspn(digits, "0123456789")] != '\0')
		scim_throw_path(SCIM_INVALID_VALUE, name, "%s must be an integer", name);
	number = strtol(text, NULL, 10);
	return number > PG_INT32_MAX ? PG_INT32_MAX : number < PG_INT32_MIN ? PG_INT32_MIN : number;
}

void
scim_parameters_search(const ScimParameters *parameters, ScimSearchRequest *search)
{
	search->view = scim_parameters_view(parameters);
	search->query = (ScimListQuery)
	{
		.filter = parameters->filter,
			.sort_by = parameters->sort_by,
			.sort_order = parameters->sort_order,
			.start_index = read_integer(parameters->start_index, "startIndex", 1),
			.count = read_integer(parameters->count, "count", SCIM_DEFAULT_PAGE_SIZE),
			.cursor = parameters->cursor,
			.view = &search->view,
	};
}
