/*
 * caller.h
 *		Who calls: by a token, or as the session's role.
 */
#ifndef SCIM_REST_CALLER_H
#define SCIM_REST_CALLER_H

#include "rest/request.h"

/*
 * Enters by the token of that digest (NULL: none came); false: the answer refuses (401, 403).
 * What is wrong with the database is thrown.
 */
extern bool scim_enters(bytea *digest, ScimHttpAnswer *answer);

/*
 * May the caller do what the route does, if one was found?  False: the answer refuses (401,
 * 403), whatever else it was.
 */
extern bool scim_lets_in(const ScimHttpRequest *request, ScimHttpAnswer *answer);

/*
 * {"token": id or null, "principal", "role", "tenant", "max_per_minute": a number or null}; NULL:
 * nobody has entered.
 */
extern Jsonb *scim_http_caller(void);

#endif							/* SCIM_REST_CALLER_H */
