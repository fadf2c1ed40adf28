/*
 * route.c
 *		Where requests go.
 */
#include "postgres.h"

#include "base/uri.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "rest/bulk.h"
#include "rest/discovery.h"
#include "rest/lists.h"
#include "rest/refusal.h"
#include "rest/resources.h"
#include "rest/route.h"
#include "statement/profile.h"
#include "statement/tenant.h"

/* No path has more segments. */
#define MOST_SEGMENTS 2

#define SEARCH ".search"

/* There is nobody whom /Me could mean, as nobody has come by a token. */
static void
answer_me(ScimHttpRequest *request, ScimHttpAnswer *answer)
{
	scim_http_refuse(answer, 404, NULL, "there is no subject that /Me could stand for");
}

/* Those of a place in the order in which Allow names them. */
static const ScimRoute routes[] = {
	{SCIM_AT_ROOT, "GET", false, scim_http_list},
	{SCIM_AT_ROOT_SEARCH, "POST", true, scim_http_search},
	{SCIM_AT_TYPE, "GET", false, scim_http_list},
	{SCIM_AT_TYPE, "POST", true, scim_http_create},
	{SCIM_AT_TYPE_SEARCH, "POST", true, scim_http_search},
	{SCIM_AT_RESOURCE, "GET", false, scim_http_get},
	{SCIM_AT_RESOURCE, "PUT", true, scim_http_replace},
	{SCIM_AT_RESOURCE, "PATCH", true, scim_http_patch},
	{SCIM_AT_RESOURCE, "DELETE", false, scim_http_delete},
	{SCIM_AT_ME, "GET", false, answer_me},
	{SCIM_AT_ME, "PUT", false, answer_me},
	{SCIM_AT_ME, "PATCH", false, answer_me},
	{SCIM_AT_ME, "DELETE", false, answer_me},
	{SCIM_AT_BULK, "POST", true, scim_http_bulk},
	{SCIM_AT_CONFIG, "GET", false, scim_http_config},
	{SCIM_AT_RESOURCE_TYPES, "GET", false, scim_http_resource_types},
	{SCIM_AT_SCHEMAS, "GET", false, scim_http_schemas},
};

/* Endpoints that are no resource type's. */
static const struct
{
	const char *name;
	ScimPlaceKind place;
	bool		has_parts;		/* /Schemas/x */
}			own_endpoints[] = {
	{SEARCH, SCIM_AT_ROOT_SEARCH},
	{"Me", SCIM_AT_ME},
	{"Bulk", SCIM_AT_BULK},
	{"ServiceProviderConfig", SCIM_AT_CONFIG},
	{"ResourceTypes", SCIM_AT_RESOURCE_TYPES, true},
	{"Schemas", SCIM_AT_SCHEMAS, true},
};

/* ---- the path ---- */

/*
 * One segment, decoded in its place.  False: it is none that could name anything, be it as a
 * slash, a NUL or a step to another place is hidden in it.
 */
static bool
take_segment(char *segment)
{
	return scim_uri_decode(segment) && segment[0] != '\0' && strchr(segment, '/') == NULL &&
		!scim_uri_is_step(segment) && pg_verifymbstr(segment, strlen(segment), true);
}

/*
 * The segments of a path, without a slash at its end; how many there are, -1: the path leads
 * nowhere.
 */
static int
split_path(char *path, char **segments)
{
	int			length = strlen(path);
	int			count = 0;

	if (length == 0)
		return 0;
	if (path[0] != '/')
		return -1;
	if (length > 1 && path[length - 1] == '/' && path[length - 2] != '/')
		path[length - 1] = '\0';
	for (char *rest = path[1] ? path + 1 : NULL; rest; count++)
	{
		char	   *end = strchr(rest, '/');

		if (count == MOST_SEGMENTS)
			return -1;
		if (end)
			*end = '\0';
		segments[count] = rest;
		if (!take_segment(rest))
			return -1;
		rest = end ? end + 1 : NULL;
	}
	return count;
}

/* ---- what it leads to ---- */

static bool
is_named(const char *segment, const char *name, bool any_case)
{
	return strcmp(segment, name) == 0 ||
		(any_case && scim_same_name(segment, strlen(segment), name));
}

/* The type of that endpoint, whose resources have a table; NULL: there is none. */
static const ScimResourceType *
find_type(const char *segment, bool any_case)
{
	for (const ScimResourceType *const *type = scim_resource_types(); *type; type++)
	{
		if (is_named(segment, (*type)->endpoint + 1, any_case))
			return scim_find_table(*type) ? *type : NULL;
	}
	return NULL;
}

static ScimPlaceKind
find_own_place(const char *segment, const char *part, bool any_case)
{
	for (int i = 0; i < (int) lengthof(own_endpoints); i++)
	{
		if (is_named(segment, own_endpoints[i].name, any_case))
			return part && !own_endpoints[i].has_parts ? SCIM_AT_NOTHING : own_endpoints[i].place;
	}
	return SCIM_AT_NOTHING;
}

/* The tenant may be the one that the type's table is for. */
static void
take_type(ScimHttpRequest *request, const ScimResourceType *type)
{
	const char *tenant = scim_find_tenant(scim_find_table(type), NULL);

	request->type = type;
	if (tenant)
		request->rules = scim_rules_in_force(tenant);
}

ScimPlaceKind
scim_find_place(ScimHttpRequest *request)
{
	bool		any_case = request->rules->filter;
	char	   *segments[MOST_SEGMENTS] = {NULL, NULL};
	int			count = split_path(pstrdup(request->path), segments);
	const ScimResourceType *type;
	ScimPlaceKind place;

	if (count <= 0)
		return count == 0 ? SCIM_AT_ROOT : SCIM_AT_NOTHING;
	place = find_own_place(segments[0], segments[1], any_case);
	if (place != SCIM_AT_NOTHING)
	{
		request->id = segments[1];
		return place;
	}
	type = find_type(segments[0], false);
	if (type == NULL && any_case)
		type = find_type(segments[0], true);
	if (type == NULL)
		return SCIM_AT_NOTHING;
	take_type(request, type);
	if (count == 1)
		return SCIM_AT_TYPE;
	if (strcmp(segments[1], SEARCH) == 0)
		return SCIM_AT_TYPE_SEARCH;
	request->id = segments[1];
	return SCIM_AT_RESOURCE;
}

/* ---- the method ---- */

const ScimRoute *
scim_find_method(ScimPlaceKind place, const char *method)
{
	if (strcmp(method, "HEAD") == 0)
		method = "GET";
	for (int i = 0; i < (int) lengthof(routes); i++)
	{
		if (routes[i].place == place && strcmp(routes[i].method, method) == 0)
			return &routes[i];
	}
	return NULL;
}

/* "GET, HEAD, POST" */
static const char *
allowed(ScimPlaceKind place)
{
	StringInfoData allow;

	initStringInfo(&allow);
	for (int i = 0; i < (int) lengthof(routes); i++)
	{
		if (routes[i].place != place)
			continue;
		appendStringInfo(&allow, "%s%s", allow.len ? ", " : "", routes[i].method);
		if (strcmp(routes[i].method, "GET") == 0)
			appendStringInfoString(&allow, ", HEAD");
	}
	return allow.data;
}

bool
scim_find_route(ScimHttpRequest *request, ScimHttpAnswer *answer)
{
	ScimPlaceKind place = scim_find_place(request);

	if (place == SCIM_AT_NOTHING)
	{
		scim_http_refuse(answer, 404, NULL, "there is nothing at \"%s\"", request->path);
		return false;
	}
	request->route = scim_find_method(place, request->method);
	if (request->route)
		return true;
	answer->allow = allowed(place);
	scim_http_refuse(answer, 405, NULL, "the method \"%s\" is not allowed here; there are %-s",
					 request->method, answer->allow);
	return false;
}
