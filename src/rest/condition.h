/*
 * condition.h
 *		If-Match and If-None-Match of requests for a resource (RFC 9110 section 13).
 */
#ifndef SCIM_REST_CONDITION_H
#define SCIM_REST_CONDITION_H

#include "rest/http.h"

/*
 * On condition of which version a write goes: the request's "expected".  Where one tag of
 * If-Match does not say that, the version that is there now is read, and is the one.
 * VERSION_MISMATCH, NOT_FOUND.  "repeatable": what is there already need not be written, which
 * the write finds out by itself, with a version that is stale.
 */
extern void scim_expect_version(ScimHttpRequest *request, bool repeatable);

/*
 * Reading: the version that the client knows, if the resource need not be read when it is
 * still that; NULL: it has to be.
 */
extern const char *scim_known_version(const ScimHttpRequest *request);

/* Of a resource that was read: must it be shown?  VERSION_MISMATCH. */
extern bool scim_is_news(const ScimHttpRequest *request, const char *version);

#endif							/* SCIM_REST_CONDITION_H */
