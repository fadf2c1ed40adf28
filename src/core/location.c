/*
 * location.c
 *		The URIs of resources, and scim_uri_segment.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/settings.h"
#include "base/uri.h"
#include "core/location.h"
#include "fmgr.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(scim_uri_segment);

static char *
segment_of(const char *id, int length)
{
	char	   *segment = palloc_extended((Size) 3 * length + 1, MCXT_ALLOC_HUGE);

	scim_uri_encode(id, length, segment);
	return segment;
}

char *
scim_location_base(const char *endpoint)
{
	return psprintf("%s/", scim_location(endpoint, NULL));
}

char *
scim_location(const char *endpoint, const char *id)
{
	const char *base = scim_setting_base_url ? scim_setting_base_url : "";
	Size		length = id ? strlen(id) : 0;
	char	   *location = palloc_extended(strlen(base) + strlen(endpoint) + 1 + 3 * length + 1,
										   MCXT_ALLOC_HUGE);
	char	   *end = stpcpy(stpcpy(location, base), endpoint);

	if (id)
	{
		*end++ = '/';
		scim_uri_encode(id, length, end);
	}
	return location;
}

/*
 * scim_uri_segment(id text) -> text: the id as it stands in a URI, one segment
 * of a path (RFC 3986 section 3.3).
 */
Datum
scim_uri_segment(PG_FUNCTION_ARGS)
{
	text	   *id = PG_GETARG_TEXT_PP(0);

	PG_RETURN_TEXT_P(cstring_to_text(segment_of(VARDATA_ANY(id), VARSIZE_ANY_EXHDR(id))));
}
