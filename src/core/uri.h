/*
 * uri.h
 *		URIs (RFC 3986): what is one, and which resource a SCIM URI leads to.
 *		Plain memory, no server.
 */
#ifndef SCIM_URI_H
#define SCIM_URI_H

#include <stdbool.h>

/* Is the text a URI reference, and (if "absolute") one that begins with a scheme? */
extern bool scim_is_uri(const char *text, int length, bool absolute);

/*
 * The collection that a resource's URI names: the last but one segment of the
 * path, "Users" of https://example.com/v2/Users/2819c223.  Its start, or NULL
 * if there is none.
 */
extern const char *scim_uri_collection(const char *text, int length, int *collection_length);

#endif							/* SCIM_URI_H */
