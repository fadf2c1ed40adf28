/*
 * uri.h
 *		URIs (RFC 3986): what is one, which resource a SCIM URI leads to, and ids
 *		in them.  Plain memory, no server.
 */
#ifndef SCIM_BASE_URI_H
#define SCIM_BASE_URI_H

#include <stdbool.h>

/* Is the text a URI reference, and (if "absolute") one that begins with a scheme? */
extern bool scim_is_uri(const char *text, int length, bool absolute);

/*
 * The collection that a resource's URI names: the last but one segment of the
 * path, "Users" of https://example.com/v2/Users/2819c223.  Its start, or NULL
 * if there is none.
 */
extern const char *scim_uri_collection(const char *text, int length, int *collection_length);

/*
 * Writes the text as one segment of a path (RFC 3986 section 3.3): letters,
 * digits and "-._~:@" stay, every other byte becomes %XX; so do "=", ";" and
 * their like, which a segment may have, but some take for delimiters.  "out" has
 * room for 3 * length + 1 bytes.  Returns how many there are, without the NUL
 * behind them.
 */
extern int	scim_uri_encode(const char *text, int length, char *out);

/* The same as a host (section 3.2.2), in which ":" and "@" stand for something else. */
extern int	scim_uri_encode_host(const char *text, int length, char *out);

/*
 * Is the text, encoded or not, a step in a path ("." or "..") and so no name of
 * its own (RFC 3986 section 5.2.4)?
 */
extern bool scim_uri_is_step(const char *text);

/*
 * The text that a segment stands for, in its place.  What ought to be encoded,
 * and is not, stands for itself.  False if it is more than one segment, or has a
 * "%" that encodes nothing, or a NUL.
 */
extern bool scim_uri_decode(char *segment);

/*
 * The same of a name or value in a query, as forms encode it: "+" is a space.  False: a "%"
 * that encodes nothing, or a NUL.
 */
extern bool scim_uri_decode_query(char *text);

#endif							/* SCIM_BASE_URI_H */
