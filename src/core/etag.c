/*
 * etag.c
 *		Versions as entity tags (RFC 9110 section 8.8.3), and lists of them.
 */
#include "postgres.h"

#include "core/etag.h"

char *
scim_etag(const char *version)
{
	return psprintf("W/\"%s\"", version);
}

bool
scim_read_etags(const char *field, ScimEtagList *list)
{
	return false;
}

bool
scim_has_etag(const ScimEtagList *list, const char *version)
{
	return false;
}
