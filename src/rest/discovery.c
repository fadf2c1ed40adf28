/*
 * discovery.c
 *		What clients discover (RFC 7644 section 4): /ServiceProviderConfig, /ResourceTypes,
 *		/Schemas.
 */
#include "postgres.h"

#include "admin/discovery.h"
#include "rest/condition.h"
#include "rest/discovery.h"
#include "rest/refusal.h"

/* Parameters are ignored, but for a filter, which is refused. */
static void
answer_document(ScimDiscovery what, const char *name, const ScimHttpRequest *request,
				ScimHttpAnswer *answer)
{
	char	   *version;
	text	   *body;

	if (request->parameters.filter)
	{
		scim_http_refuse(answer, 403, NULL, "%s takes no filter", name);
		return;
	}
	body = scim_discover(what, request->id, &version);
	if (body == NULL)
		scim_http_refuse(answer, 404, NULL, "there is no \"%s\" in %s", request->id, name);
	else if (scim_is_news(request, version, answer))
		answer->body = body;
}

void
scim_http_config(ScimHttpRequest *request, ScimHttpAnswer *answer)
{
	answer_document(SCIM_DISCOVER_CONFIG, "/ServiceProviderConfig", request, answer);
}

void
scim_http_resource_types(ScimHttpRequest *request, ScimHttpAnswer *answer)
{
	answer_document(SCIM_DISCOVER_TYPES, "/ResourceTypes", request, answer);
}

void
scim_http_schemas(ScimHttpRequest *request, ScimHttpAnswer *answer)
{
	answer_document(SCIM_DISCOVER_SCHEMAS, "/Schemas", request, answer);
}
