/*
 * etag.h
 *		Versions as entity tags (RFC 9110 section 8.8.3), W/"v", and lists of them, as in
 *		If-Match.
 */
#ifndef SCIM_CORE_ETAG_H
#define SCIM_CORE_ETAG_H

#include <stdbool.h>

/* W/"v", palloc'd. */
extern char *scim_etag(const char *version);

/* The version that W/"v" or "v" is the tag of, palloc'd; NULL: the text is no tag. */
extern char *scim_bare_version(const char *text);

/* An If-Match or If-None-Match field: "*", or entity tags with commas between them. */
typedef struct ScimEtagList
{
	bool		any;			/* "*" */
	int			count;
	const char **tags;			/* opaque tags, without quotes and W/; palloc'd */
} ScimEtagList;

/*
 * Reads one (RFC 9110 sections 5.6.1, 13.1.1); weak and strong tags are taken for the same, as
 * RFC 7644's examples do.  False: it is malformed, or has more than SCIM_MOST_ETAGS tags.
 */
#define SCIM_MOST_ETAGS 100

extern bool scim_read_etags(const char *field, ScimEtagList *list);

/* Is the version among them ("*": any is)? */
extern bool scim_has_etag(const ScimEtagList *list, const char *version);

#endif							/* SCIM_CORE_ETAG_H */
