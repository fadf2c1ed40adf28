/*
 * gzip.h
 *		Answers that are sent compressed, to who takes that (RFC 9110 section 12.5.3).
 */
#ifndef BRIDGE_GZIP_H
#define BRIDGE_GZIP_H

#include <stdbool.h>

#include "buf.h"
#include "http_parse.h"

/* What is not longer is sent as it is: little would be won. */
#define GZIP_LEAST 2048

/* Does the client take gzip, and not rather the plain bytes? */
extern bool gzip_is_taken(const HttpHead *head);

/* These bytes compressed, at the end of *out; false: that is no shorter, and *out is as it was. */
extern bool gzip_pack(Buf *out, const char *bytes, size_t length);

#endif							/* BRIDGE_GZIP_H */
