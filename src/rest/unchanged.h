/*
 * unchanged.h
 *		Conditions of reading: an answer that the client has already, or does not want.
 */
#ifndef SCIM_REST_UNCHANGED_H
#define SCIM_REST_UNCHANGED_H

#include "rest/http.h"

/*
 * Sets the ETag of what is there in that version (as it is), and asks If-Match and
 * If-None-Match (RFC 9110 section 13.2.2).  True: the client is to have it, with 200.
 * False: the answer is 304 or 412, without more.
 */
extern bool scim_http_is_changed(const ScimHttpRequest *request, const char *version,
								 ScimHttpAnswer *answer);

/*
 * The one version that If-None-Match names, so that what has it need not be shown; NULL:
 * none, several, none of ours, or "*", which all is.
 */
extern const char *scim_http_known_version(const ScimHttpRequest *request);

#endif							/* SCIM_REST_UNCHANGED_H */
