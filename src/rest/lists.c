/*
 * lists.c
 *		Requests for lists.
 */
#include "postgres.h"

#include "rest/handlers.h"

void
scim_http_list(ScimHttpRequest *request, ScimHttpAnswer *answer)
{
	scim_http_refuse(answer, 501, NULL, "not yet");
}

void
scim_http_search(ScimHttpRequest *request, ScimHttpAnswer *answer)
{
	scim_http_refuse(answer, 501, NULL, "not yet");
}

