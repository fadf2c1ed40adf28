/*
 * discovery.c
 *		Requests for discovery.
 */
#include "postgres.h"

#include "rest/handlers.h"

void
scim_http_config(ScimHttpRequest *request, ScimHttpAnswer *answer)
{
	scim_http_refuse(answer, 501, NULL, "not yet");
}

void
scim_http_resource_types(ScimHttpRequest *request, ScimHttpAnswer *answer)
{
	scim_http_refuse(answer, 501, NULL, "not yet");
}

void
scim_http_schemas(ScimHttpRequest *request, ScimHttpAnswer *answer)
{
	scim_http_refuse(answer, 501, NULL, "not yet");
}

