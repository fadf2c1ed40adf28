/*
 * http_bytes.h
 *		Bytes of a request: where they may stand, and words that are made of them.
 */
#ifndef BRIDGE_HTTP_BYTES_H
#define BRIDGE_HTTP_BYTES_H

#include <stdbool.h>
#include <stdint.h>

#include "scan.h"

/* Where a byte may stand. */
#define HTTP_TEXT 1				/* in a field's value: no control character but tabs */
#define HTTP_TOKEN 2			/* in a field's name, or a method's */
#define HTTP_HOST 4				/* in the name of a host */
#define HTTP_PATH 8				/* in a path */
#define HTTP_QUERY 16			/* in a query */
#define HTTP_HEX 32				/* in a chunk's size */
#define HTTP_DIGIT 64			/* in a body's */
#define HTTP_ADDRESS 128		/* in an IPv6 address */

extern const uint8_t http_bytes[256];

/* May this byte stand there? */
static inline bool
http_byte_is(char byte, unsigned int place)
{
	return (http_bytes[(unsigned char) byte] & place) != 0;
}

/* May all of them?  Of no bytes they may. */
static inline bool
http_bytes_are(ScanSpan span, unsigned int place)
{
	for (size_t i = 0; i < span.length; i++)
	{
		if (!http_byte_is(span.start[i], place))
			return false;
	}
	return true;
}

/* Is that, in any case of letters, the text (which has no upper case)? */
extern bool http_is_text(ScanSpan span, const char *text);

/* Does it begin with that one, in any case of letters? */
extern bool http_begins_with(ScanSpan span, const char *text);

/* What comes before the byte, which is taken off as well; absent: it is not there. */
extern ScanSpan http_take_until(ScanSpan *rest, char byte);

/* Without the blanks around it. */
extern ScanSpan http_trim(ScanSpan span);

#endif							/* BRIDGE_HTTP_BYTES_H */
