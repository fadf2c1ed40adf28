/*
 * place.c
 *		Where paths lead.
 */
#include "postgres.h"

#include "base/entered.h"
#include "base/uri.h"
#include "mb/pg_wchar.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "rest/place.h"
#include "statement/profile.h"
#include "statement/tenant.h"

/* No path has more segments. */
#define MOST_SEGMENTS 2

#define SEARCH ".search"

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

/* Whom /Me stands for (RFC 7644 section 3.11); false: nobody. */
static bool
take_subject(ScimHttpRequest *request)
{
	const ScimEntered *who = scim_entered();
	const ScimResourceType *type =
	who && who->subject_type ? scim_resource_type(who->subject_type) : NULL;

	if (type == NULL || scim_find_table(type) == NULL)
		return false;
	take_type(request, type);
	request->id = pstrdup(who->subject_id);
	request->is_me = true;
	return true;
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
	if (place == SCIM_AT_ME && take_subject(request))
		return SCIM_AT_RESOURCE;
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
