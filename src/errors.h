/*
 * errors.h
 *		The one catalogue of errors, and how they are raised.
 *
 * Every error of scimver has a code, an SQLSTATE ("PT" and the HTTP status), a
 * message "CODE: text", a DETAIL that is one JSON object and a HINT.  Which
 * code has what stands in the table of errors.c and nowhere else.
 */
#ifndef SCIM_ERRORS_H
#define SCIM_ERRORS_H

#include "postgres.h"

#include "compat.h"
#include "utils/jsonb.h"

typedef enum ScimErrorCode
{
	SCIM_VERSION_MISMATCH,
	SCIM_INVALID_VERSION_FORMAT,
	SCIM_VERSION_REQUIRED,
	SCIM_USER_NOT_FOUND,
	SCIM_GROUP_NOT_FOUND,
	SCIM_RESOURCE_NOT_FOUND,
	SCIM_UNIQUENESS,
	SCIM_INVALID_VALUE,
	SCIM_INVALID_SYNTAX,
	SCIM_INVALID_PATH,
	SCIM_INVALID_FILTER,
	SCIM_NO_TARGET,
	SCIM_MUTABILITY,
	SCIM_TOO_MANY,
	SCIM_INVALID_CURSOR,
	SCIM_EXPIRED_CURSOR,
	SCIM_INVALID_COUNT,
	SCIM_INVALID_ARGUMENT,
	SCIM_TENANT_FORBIDDEN,
	SCIM_PERMISSION_DENIED,
	SCIM_SENSITIVE,
	SCIM_LEASE_HELD,
	SCIM_NOT_REGISTERED,
	SCIM_ALREADY_REGISTERED,
	SCIM_INVALID_MAPPING,
	SCIM_TOO_LARGE,
	SCIM_CONFLICT_STORM,
	SCIM_RETRY_LATER,
	SCIM_OUTCOME_UNKNOWN,
	SCIM_INTERNAL
} ScimErrorCode;

#define SCIM_ERROR_CODES (SCIM_INTERNAL + 1)

typedef struct ScimErrorKind
{
	const char *name;			/* the error_code, e.g. "VERSION_MISMATCH" */
	int			status;			/* HTTP status; the SQLSTATE is PT<status> */
	const char *scim_type;		/* RFC 7644 table 9, RFC 9865; or NULL */
	bool		retryable;		/* may the same intent succeed if tried again? */
	const char *hint;			/* what to do next, one or two sentences */
} ScimErrorKind;

extern const ScimErrorKind *scim_error_kind(ScimErrorCode code);

/* The kind with that error_code, or NULL. */
extern const ScimErrorKind *scim_error_kind_named(const char *name);

/*
 * Raising: begin, add the fields that the catalogue names for the code, throw.
 *
 *		ScimError  *e = scim_error(SCIM_INVALID_VALUE);
 *
 *		scim_error_text(e, "path", path);
 *		scim_throw(e, "%s must be a string", path);
 *
 * Of what a caller sent, an error repeats no more than SCIM_SHOWN characters:
 * fields and %s are cut there, and end in "..." then.  Formats know %s, %d and
 * INT64_FORMAT; %-s is for a text of our own, such as a list of names, which
 * is never cut.  A hint is a text of our own, too.
 */
#define SCIM_SHOWN 200

typedef struct ScimError ScimError;

extern ScimError *scim_error(ScimErrorCode code);
extern void scim_error_text(ScimError *error, const char *field, const char *value);
extern void scim_error_integer(ScimError *error, const char *field, int64 value);

/* A value as it was sent; what is no string, and longer, is left out. */
extern void scim_error_value(ScimError *error, const char *field, const JsonbValue *value);

/* What is stored, and a program needs whole: the id of a resource that is there, its version, names of ours. */
extern void scim_error_whole(ScimError *error, const char *field, const char *value);
extern void scim_error_list(ScimError *error, const char *field, const JsonbValue *list);

extern void scim_error_hint(ScimError *error, const char *hint);

/* A part of an error's text, with values cut in the same way; palloc'd. */
extern char *scim_phrase(const char *format,...) pg_attribute_printf(1, 2);
extern char *scim_format_error(const char *format, va_list *args) pg_attribute_printf(1, 0);

/* A text that was sent, as errors show it: palloc'd.  "length" is in bytes. */
extern char *scim_shown_name(const char *name, int length);
extern SCIM_NORETURN void scim_throw(ScimError *error, const char *format,...)
			pg_attribute_printf(2, 3);

/* The most frequent shape: an error whose only field is "path". */
extern SCIM_NORETURN void scim_throw_path(ScimErrorCode code, const char *path, const char *format,...)
			pg_attribute_printf(3, 4);

/* Was this error raised by scim_throw?  (Not by somebody's RAISE that looks like it.) */
extern bool scim_is_ours(const ErrorData *error);

#endif							/* SCIM_ERRORS_H */
