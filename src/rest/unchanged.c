/*
 * unchanged.c
 *		Conditions of reading (RFC 9110 section 13).
 */
#include "postgres.h"

#include "core/resource.h"
#include "rest/unchanged.h"

bool
scim_http_is_changed(const ScimHttpRequest *request, const char *version, ScimHttpAnswer *answer)
{
	answer->etag = scim_etag(version);
	if (request->if_match && !scim_has_etag(request->if_match, version))
	{
		scim_http_refuse(answer, 412, NULL, "If-Match does not name the version that is there");
		return false;
	}
	if (request->if_none_match && scim_has_etag(request->if_none_match, version))
	{
		answer->status = 304;
		return false;
	}
	answer->status = 200;
	return true;
}

const char *
scim_http_known_version(const ScimHttpRequest *request)
{
	const ScimEtagList *list = request->if_none_match;

	/* what If-Match refuses is none that may be told to be known */
	if (list == NULL || list->any || list->count != 1 || request->if_match)
		return NULL;
	return scim_version_is_well_formed(list->tags[0], strlen(list->tags[0])) ? list->tags[0] : NULL;
}
