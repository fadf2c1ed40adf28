/*
 * own_errors.h
 *		The bridge's own errors, in one table.
 *
 * An error has three shapes: a JSON-RPC error (rpc_code and text), the result of a
 * tool call (the envelope of the tools, with error_code, text and what to do next),
 * and the body of an answer in HTTP (status and text).  What the database answers by
 * itself passes through untouched and is not in this table.
 */
#ifndef BRIDGE_OWN_ERRORS_H
#define BRIDGE_OWN_ERRORS_H

#include <stdbool.h>

#include "buf.h"

typedef enum OwnError
{
	/* a message that is wrong in itself */
	ERROR_PARSE,
	ERROR_LINE_TOO_LONG,
	ERROR_BATCH,
	ERROR_INVALID_REQUEST,
	ERROR_METHOD_NOT_FOUND,
	ERROR_INVALID_PARAMS,
	ERROR_UNKNOWN_TOOL,
	ERROR_UNSUPPORTED_VERSION,
	/* what the database refuses of a request that is no call of a tool */
	ERROR_REFUSED,
	ERROR_FORBIDDEN,
	ERROR_NOT_FOUND,
	ERROR_NO_RESOURCE,
	ERROR_NO_RESOURCE_LEGACY,
	/* a request in HTTP that is not handed on */
	ERROR_TARGET,
	ERROR_HEADER,
	ERROR_TOKEN_MISSING,
	ERROR_TOKEN_INVALID,
	ERROR_TOKEN_TWICE,
	ERROR_NOT_LOCAL,
	ERROR_ADDRESS_RATE,
	ERROR_TOKEN_RATE,
	/* a call that did not come to an answer of the database's */
	ERROR_NO_DATABASE,
	ERROR_BUSY,
	ERROR_LOGIN_REFUSED,
	ERROR_SET_UP_WRONG,
	ERROR_SHUTTING_DOWN,
	ERROR_NOT_INSTALLED,
	ERROR_OUTDATED,
	ERROR_LOST_READ,
	ERROR_LOST_WRITE,
	ERROR_TIMED_OUT,
	ERROR_TIMED_OUT_READ,
	ERROR_NO_ANSWER_READ,
	ERROR_NO_ANSWER_WRITE,
	ERROR_NOT_REPLICATED,
	ERROR_DEMOTED,
	ERROR_CONCURRENT,
	ERROR_INTERRUPTED,
	ERROR_INVALID_TEXT,
	ERROR_INVALID_VALUE,
	ERROR_TOO_LARGE,
	ERROR_ANSWER_TOO_LARGE,
	ERROR_COMMITTED_TOO_LARGE,
	ERROR_PERMISSION_DENIED,
	ERROR_UNIQUENESS,
	ERROR_INTERNAL
} OwnError;

typedef struct OwnErrorKind
{
	int			rpc_code;		/* code of the JSON-RPC error */
	int			status;			/* status in HTTP */
	const char *code;			/* error_code of the tool result, or NULL */
	bool		retryable;		/* may the same call succeed later? */
	const char *text;			/* what happened */
	const char *next_step;		/* what to do next, or NULL */
	bool		may_have_written;	/* the call did write something, or nobody knows */
	bool		limited;		/* the limit of --timeout goes with the text */
	bool		explained;		/* the reason goes with the text, for whoever may mend it */
} OwnErrorKind;

extern const OwnErrorKind *own_error_kind(OwnError error);

/*
 * What an error of the server means for a call.  sqlstate may be NULL (libpq
 * made the error itself): then a write may have been committed.
 */
extern OwnError own_error_of_sqlstate(const char *sqlstate, bool read_only);

/* Is it one of the extension's own errors, whose text is for clients? */
extern bool own_error_is_refusal(OwnError error);

/*
 * What a client sent, such as a tool's name, and an error's whole text are cut
 * to so many characters: an envelope has 8 kB at most, as clients cut there.
 */
#define ERROR_NAME_LIMIT 200
#define ERROR_TEXT_LIMIT 1500

/* Its text, and a detail (may be NULL; without control characters), as a JSON string. */
extern void own_error_text(Buf *out, OwnError error, const char *detail);

/* The body of an answer of SCIM over HTTP, with its text, and a detail (may be NULL). */
extern void own_error_scim(Buf *out, OwnError error, const char *detail);

/* The tools' result envelope for an error of a call of that tool; what matters stands first. */
extern void own_error_envelope(Buf *out, OwnError error, const char *detail, const char *tool);

#endif							/* BRIDGE_OWN_ERRORS_H */
