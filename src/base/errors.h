/*
 * errors.h
 *		The one catalogue of errors, and how they are raised.
 *
 * Every error of scimver has a code, an SQLSTATE ("PT" and the HTTP status), a
 * message "CODE: text", a DETAIL that is one JSON object and a HINT.  Which
 * code has what stands in the table of errors.c and nowhere else.
 */
#ifndef SCIM_BASE_ERRORS_H
#define SCIM_BASE_ERRORS_H

#include "postgres.h"

#include "base/compat.h"
#include "utils/jsonb.h"

typedef enum ScimErrorCode
{
	SCIM_VERSION_MISMATCH,
	SCIM_INVALID_VERSION_FORMAT,
	SCIM_VERSION_REQUIRED,
	SCIM_VERSION_NOT_FOUND,
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
	SCIM_TOKEN_INVALID,
	SCIM_TENANT_FORBIDDEN,
	SCIM_PERMISSION_DENIED,
	SCIM_SENSITIVE,
	SCIM_LEASE_HELD,
	SCIM_LEASE_LOST,
	SCIM_POLICY_DENIED,
	SCIM_REVIEW_REQUIRED,
	SCIM_NOT_A_REVIEWER,
	SCIM_PROPOSAL_NOT_FOUND,
	SCIM_PROPOSAL_CLOSED,
	SCIM_NOT_REGISTERED,
	SCIM_ALREADY_REGISTERED,
	SCIM_INVALID_MAPPING,
	SCIM_TOO_LARGE,
	SCIM_CONFLICT_STORM,
	SCIM_RETRY_LATER,
	SCIM_OUTCOME_UNKNOWN,
	SCIM_STILL_REFERENCED,
	SCIM_INTERNAL,

	/*
	 * Situations: errors of one of these codes where the code's own hint would not help.  The
	 * table of errors.c says of which code each is, and its hint; they are raised as codes are.
	 */
	SCIM_MERGE_IS_CLEAN,		/* a version, where a merge would do, */
	SCIM_MERGE_IS_RULED,		/* by the rules that were given */
	SCIM_UPDATE_CONFLICTS,		/* a version, and what is to be stored does not go with what was
								 * changed since */
	SCIM_PATCH_CONFLICTS,
	SCIM_BASE_UNKNOWN,			/* a version that the history does not have */
	SCIM_RESTORE_STALE,			/* a version, of what is to be as it was */
	SCIM_DELETE_MISMATCH,		/* a version, of what is to be deleted */
	SCIM_RESTORE_MISMATCH,		/* a version, of what was deleted and is to come back */
	SCIM_MEMBERS_MISMATCH,		/* a version, of a group whose members are to change */
	SCIM_POLICY_MISMATCH,		/* a version, of a policy */
	SCIM_NO_SUCH_POLICY,
	SCIM_PROPOSAL_MISMATCH,		/* a version, of a proposal that is decided on */
	SCIM_NO_SQL_VERSION,		/* by a policy, which plain SQL cannot name */
	SCIM_NO_PROPOSAL_VERSION,
	SCIM_NOT_THE_PROPOSER,		/* who withdraws it */
	SCIM_DECIDES_FOR_OTHERS,	/* code that runs for somebody else than who wrote it */
	SCIM_PROPOSES_FOR_OTHERS,
	SCIM_STORM_TO_MERGE,		/* of a tool that could merge */
	SCIM_NO_TOOL_VERSION,		/* of a tool: "" or null, as if that left it out, "*", no string */
	SCIM_KNOWN_VERSION_FORMAT,	/* of the answer before */
	SCIM_TAKEN_UNSEEN,			/* a unique value, and who has it was not found */
	SCIM_TAKEN_MAYBE_BY_DELETED,	/* it was not found, and the index holds rows that are marked
									 * as deleted; word: the same as below */
	SCIM_TAKEN_BY_DELETED,		/* by a row that is marked as deleted; word: the statements that
								 * free it */
	SCIM_NOT_YET_UNIQUE,		/* a schema wants to be unique what is not */
	SCIM_BAD_PARAMETER,			/* of an SQL function */
	SCIM_NOTHING_TO_MERGE,		/* a merge without the version that the change was made of */
	SCIM_BAD_RULE,				/* of a merge: unknown, or not for what it met */
	SCIM_BAD_MERGE_FUNCTION,
	SCIM_BAD_RULE_PATH,			/* that it is for */
	SCIM_BAD_POLICY_RULE_PATH,	/* the same in a policy */
	SCIM_BAD_PROPOSAL,			/* operations that are none to be proposed */
	SCIM_NOT_TO_BE_PROPOSED,	/* what a proposal must not hold, as it is kept to be read */
	SCIM_PROPOSES_NOTHING,		/* a change that is there already */
	SCIM_NO_SUCH_TOOL,
	SCIM_BAD_KEY,				/* of a call that is to be repeated */
	SCIM_KEY_OF_ANOTHER,		/* call */
	SCIM_MADE_IS_GONE,			/* what a call made, that is repeated; of whatever type */
	SCIM_BAD_REQUEST_STATE,		/* that of a question that is not this one, or not any more */
	SCIM_BAD_INPUT_RESPONSES,	/* what answers no question */
	SCIM_NO_SUCH_TOOLSET,		/* a word of scimver.toolset */
	SCIM_NO_SUCH_URI,			/* of an MCP resource, or not for the caller */
	SCIM_NO_SUCH_PROMPT,		/* of MCP, */
	SCIM_BAD_PROMPT,			/* or its arguments are none */
	SCIM_BAD_COMPLETION,		/* what is to be completed is nothing that is listed */
	SCIM_BAD_BULK,				/* a bulk request that is none */
	SCIM_NO_SUCH_PROFILE,
	SCIM_BAD_RULES,				/* of a profile */
	SCIM_PROFILE_KEPT,			/* one that is always there */
	SCIM_NO_SUCH_MEMBER,
	SCIM_NOT_HELD,				/* a member, by the membership table, of whatever id */
	SCIM_MEMBER_IN_ITSELF,
	SCIM_NO_RESOURCE,			/* a document that is no object */
	SCIM_LONG_NUMBER,
	SCIM_NEEDS_VALUE,			/* what an empty column cannot stand for */
	SCIM_UNFILLED_COLUMN,		/* NOT NULL, and not mapped; words: table, column */
	SCIM_COLUMN_REFUSES,		/* a column cannot hold a value that the schema allows */
	SCIM_CONSTRAINT_REFUSES,	/* of the registered table */
	SCIM_NO_ROW_TO_REFER_TO,
	SCIM_NO_COLUMN,				/* for an attribute */
	SCIM_NO_PLACE_TO_SEARCH,	/* for an attribute that a filter or an order asks for */
	SCIM_BAD_ROW,				/* what is stored is no resource */
	SCIM_NO_ID_MADE,
	SCIM_BAD_DOCUMENT,			/* of a schema or a resource type: a value */
	SCIM_BAD_DOCUMENT_SYNTAX,
	SCIM_DOCUMENT_IN_USE,
	SCIM_NO_SUCH_DOCUMENT,
	SCIM_INVALID_RESOURCES,		/* that a schema would make invalid */
	SCIM_NOT_UNIQUE_RESOURCES,
	SCIM_NO_OBJECT,				/* where a resource was to be sent */
	SCIM_BAD_OPERATION,			/* of a patch */
	SCIM_BAD_SEARCH,			/* a SearchRequest */
	SCIM_CANNOT_BE_INDEXED,
	SCIM_REQUIRED_REMOVED,
	SCIM_READ_ONLY_GROUPS,		/* of a user */
	SCIM_READ_ONLY_COLUMN,
	SCIM_NOT_BY_TOKEN,			/* what the token is not for, or its role */
	SCIM_LEAVES_BEHIND,			/* behind a token: what the session would keep */
	SCIM_NO_SUCH_TOKEN,			/* of that id, that could be ended */
	SCIM_NO_ROLE_OF_TOKENS,		/* what is not to be entered as */
	SCIM_NO_BRIDGE,				/* a role that a bridge must not have */
	SCIM_NOT_YOUR_ROLE,			/* that a token is to be for */
	SCIM_OTHER_TENANT,			/* than the one of the connection */
	SCIM_SUPPRESSED,			/* by a trigger, rule or policy */
	SCIM_ROWS_HIDDEN,
	SCIM_HISTORY_HIDDEN,
	SCIM_HISTORY_KEPT,			/* as it is written */
	SCIM_CHANGES_LOST,			/* behind the cursor of a reader of changes */
	SCIM_UNREGISTERED_RELATION,
	SCIM_NO_MEMBERSHIPS,		/* of groups that are registered */
	SCIM_NOT_JOINED,			/* memberships with what they name */
	SCIM_ROWS_KEPT,				/* as they are, by triggers or rules of a registered table */
	SCIM_LOST_MEMBERS,			/* memberships of what is not there */
	SCIM_INACTIVE_INSTEAD,		/* of deleted, what is still referred to; word: the table that
								 * refers */
	SCIM_TOO_LONG,				/* a single value */
	SCIM_STORED_TOO_LONG,		/* values that are there already */
	SCIM_TOO_LARGE_TO_SORT_BY
} ScimErrorCode;

#define SCIM_ERROR_CODES (SCIM_INTERNAL + 1)
#define SCIM_ERROR_SITUATIONS (SCIM_TOO_LARGE_TO_SORT_BY + 1 - SCIM_ERROR_CODES)

typedef struct ScimErrorKind
{
	const char *name;			/* the error_code, e.g. "VERSION_MISMATCH" */
	int			status;			/* HTTP status; the SQLSTATE is PT<status> */
	const char *scim_type;		/* RFC 7644 table 9, RFC 9865; or NULL */
	bool		retryable;		/* may the same intent succeed if tried again? */
	const char *hint;			/* what to do next, one or two sentences */
} ScimErrorKind;

/* Of a situation, the kind of its code. */
extern const ScimErrorKind *scim_error_kind(ScimErrorCode code);

/* What to do next, of a code or a situation. */
extern const char *scim_hint(ScimErrorCode code);

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

/*
 * What is stored, and a program needs whole: the id of a resource that is
 * there, its version, names of ours.
 */
extern void scim_error_whole(ScimError *error, const char *field, const char *value);
extern void scim_error_list(ScimError *error, const char *field, const JsonbValue *list);

/*
 * What is stored, and for the client alone: the server's log, which others read than the
 * table, has "logged" in its place, or no such field (NULL).
 */
extern void scim_error_private(ScimError *error, const char *field, const JsonbValue *value,
							   const JsonbValue *logged);

/* The words of a situation's hint, in the place of each %s that it has; NULL-terminated. */
#define scim_error_words(error, ...) scim_fill_hint(error, (const char *const[]){__VA_ARGS__, NULL})
extern void scim_fill_hint(ScimError *error, const char *const *words);

/* A hint that is put together; what is always the same stands in the table. */
extern void scim_error_hint(ScimError *error, const char *hint);

/* A part of an error's text, with values cut in the same way; palloc'd. */
extern char *scim_phrase(const char *format, ...) pg_attribute_printf(1, 2);
extern char *scim_format_error(const char *format, va_list *args) pg_attribute_printf(1, 0);

/* A text that was sent, as errors show it: palloc'd.  "length" is in bytes. */
extern char *scim_shown_name(const char *name, int length);
extern SCIM_NORETURN void scim_throw(ScimError *error, const char *format, ...)
			pg_attribute_printf(2, 3);

/* The most frequent shape: an error whose only field is "path". */
extern SCIM_NORETURN void scim_throw_path(ScimErrorCode code, const char *path, const char *format,
										  ...) pg_attribute_printf(3, 4);

/* Was this error raised by scim_throw?  (Not by somebody's RAISE that looks like it.) */
extern bool scim_is_ours(const ErrorData *error);

/* Of an error that is: its kind; else NULL. */
extern const ScimErrorKind *scim_kind_of_ours(const ErrorData *error);

/* The fields of its DETAIL; none, if it has none. */
extern Jsonb *scim_fields_of_ours(const ErrorData *error);

#endif							/* SCIM_BASE_ERRORS_H */
