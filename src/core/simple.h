/*
 * simple.h
 *		Dates and binaries as text: read without the server, by plain memory.
 */
#ifndef SCIM_CORE_SIMPLE_H
#define SCIM_CORE_SIMPLE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Reads an xsd:dateTime with a year of four digits; without a zone it is UTC.
 * *instant: microseconds since 2000-01-01T00:00:00Z (what is finer is cut off).
 * False if the text is none.
 */
extern bool scim_read_datetime(const char *text, int length, int64_t *instant);

/*
 * Decodes base64 or base64url (RFC 4648 sections 4 and 5); the padding may be
 * left out.  "out" has room for (length / 4 + 1) * 3 bytes.  Returns how many there
 * are, or -1 if the text is none.
 */
extern int	scim_read_base64(const char *text, int length, uint8_t *out);

#endif							/* SCIM_CORE_SIMPLE_H */
