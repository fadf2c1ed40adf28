/*
 * condition.h
 *		If-Match and If-None-Match (RFC 9110 section 13).
 */
#ifndef SCIM_REST_CONDITION_H
#define SCIM_REST_CONDITION_H

#include "rest/request.h"

/*
 * On condition of which version a write goes: the request's "expected".  Where one tag of
 * If-Match does not say that, the version that is there now is read, and is the one.
 * VERSION_MISMATCH, NOT_FOUND.  "repeatable": what is there already need not be written, which
 * the write finds out by itself, with a version that is stale.
 */
extern void scim_expect_version(ScimHttpRequest *request, bool repeatable);

/*
 * Reading: the version that the client knows, if what is there need not be read when it still
 * has that; NULL: it has to be.
 */
extern const char *scim_known_version(const ScimHttpRequest *request);

/*
 * Of what was read, and has that version: sets the ETag, and asks the conditions.  True: it is
 * to be shown, with 200; false: the answer is 304, or refuses with 412.
 */
extern bool scim_is_news(const ScimHttpRequest *request, const char *version,
						 ScimHttpAnswer *answer);

#endif							/* SCIM_REST_CONDITION_H */
