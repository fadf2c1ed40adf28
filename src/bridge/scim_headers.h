/*
 * scim_headers.h
 *		The headers of a request that are handed on to the database.
 */
#ifndef BRIDGE_SCIM_HEADERS_H
#define BRIDGE_SCIM_HEADERS_H

#include <stdbool.h>

#include "buf.h"
#include "http_parse.h"

/* Are they text, that is UTF-8? */
extern bool scim_headers_valid(const HttpHead *head);

/* As an object of strings; what came several times is joined (RFC 9110 section 5.3). */
extern void scim_headers_put(Buf *out, const HttpHead *head);

#endif							/* BRIDGE_SCIM_HEADERS_H */
