/*
 * route.c
 *		Where requests go.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "rest/bulk.h"
#include "rest/discovery.h"
#include "rest/lists.h"
#include "rest/refusal.h"
#include "rest/resources.h"
#include "rest/route.h"

/* There is nobody whom /Me could mean: nobody has come by a token that has a subject. */
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

bool
scim_route_reads(const ScimRoute *route)
{
	return strcmp(route->method, "GET") == 0 || route->handler == scim_http_search;
}

/* ---- the method ---- */

static const ScimRoute *
find_method(ScimPlaceKind place, const char *method)
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
	request->route = find_method(place, request->method);
	if (request->route)
		return true;
	answer->allow = allowed(place);
	scim_http_refuse(answer, 405, NULL, "the method \"%s\" is not allowed here; there are %-s",
					 request->method, answer->allow);
	return false;
}
