/*
 * server_error.h
 *		Errors that are not ours, as clients are told of them.
 *
 * Of an error of the server only the kind is shown, in our own words: its message, DETAIL
 * and CONTEXT may repeat what was sent, even a password.
 */
#ifndef SCIM_BASE_SERVER_ERROR_H
#define SCIM_BASE_SERVER_ERROR_H

#include "postgres.h"

#include "base/errors.h"

/* How one is answered: by SQLSTATE, else by its class. */
typedef struct ScimServerError
{
	int			sqlstate;		/* or a class: ERRCODE_TO_CATEGORY(sqlstate) */
	ScimErrorCode code;
	const char *text;			/* "%s": what was parsed, in the plural */
	const char *next_step;		/* of tools; NULL: the hint of the code */
} ScimServerError;

/* "parsing": it was thrown while JSON text was read.  SCIM_INTERNAL, if it is no other. */
extern const ScimServerError *scim_server_error(const ErrorData *error, bool parsing);

/*
 * What a client must not see, an administrator must be able to find in the server's log:
 * "WHO WHAT SQLSTATE ... in FUNCTION: ...", with the message's pattern, not the message, which
 * may hold values; and where it was, and which agent's.
 */
extern void scim_log_error(const char *who, const char *what, const ErrorData *error);

#endif							/* SCIM_BASE_SERVER_ERROR_H */
