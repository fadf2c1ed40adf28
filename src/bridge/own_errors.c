/*
 * own_errors.c
 *		The bridge's own errors, in one table.
 *
 * Entry points: own_error_kind, own_error_of_sqlstate,
 * own_error_is_refusal, own_error_text, own_error_scim, own_error_envelope.
 */
#include "own_errors.h"

#include <stdio.h>
#include <string.h>

static const OwnErrorKind kinds[] = {
	[ERROR_PARSE] = {-32700, 400, NULL, false, "Parse error: the line is not a JSON message", NULL},
	[ERROR_LINE_TOO_LONG] = {-32600, 413, NULL, false,
		"Invalid request: a line may hold at most 10 MiB", NULL},
	[ERROR_BATCH] = {-32600, 400, NULL, false,
		"Invalid request: batches are not part of the protocol",
	NULL},
	[ERROR_INVALID_REQUEST] = {-32600, 400, NULL, false, "Invalid request", NULL},
	[ERROR_METHOD_NOT_FOUND] = {-32601, 404, NULL, false, "Method not found", NULL},
	[ERROR_INVALID_PARAMS] = {-32602, 400, NULL, false, "Invalid params", NULL},
	[ERROR_UNKNOWN_TOOL] = {-32602, 404, NULL, false, "Unknown tool", NULL},
	[ERROR_UNSUPPORTED_VERSION] = {-32022, 400, NULL, false, "Unsupported protocol version", NULL},
	[ERROR_REFUSED] = {-32602, 400, "INVALID_ARGUMENT", false, "Invalid params",
		"Ask the administrator: what the error says must be set right. Repeating the call does "
		"not help before that.",
	.explained = true},
	[ERROR_FORBIDDEN] = {-32602, 403, "PERMISSION_DENIED", false, "Not allowed",
		"Ask the administrator: what the error says must be set right. Repeating the call does "
		"not help before that.",
	.explained = true},
	[ERROR_NOT_FOUND] = {-32602, 404, "RESOURCE_NOT_FOUND", false, "Not found",
		"Ask the administrator: what the error says must be set right. Repeating the call does "
		"not help before that.",
	.explained = true},
	[ERROR_NO_RESOURCE] = {-32602, 404, NULL, false, "Resource not found", NULL},
	[ERROR_NO_RESOURCE_LEGACY] = {-32002, 404, NULL, false, "Resource not found", NULL},

	[ERROR_TARGET] = {-32600, 400, NULL, false,
		"What is not ASCII must be percent-encoded in the target of a request.", NULL},
	[ERROR_HEADER] = {-32600, 400, NULL, false, "A header is not valid UTF-8.", NULL},
	[ERROR_TOKEN_MISSING] = {-32600, 401, NULL, false,
		"A token is required: Authorization: Bearer scimver_...", NULL},
	[ERROR_TOKEN_INVALID] = {-32600, 401, NULL, false, "The token is not valid.", NULL},
	[ERROR_TOKEN_TWICE] = {-32600, 400, NULL, false,
		"There may be only one Authorization header.", NULL},
	[ERROR_NOT_LOCAL] = {-32600, 403, NULL, false,
		"Without a token, requests are taken from this machine alone: as Host and Origin say "
		"it.",
	NULL},
	[ERROR_ADDRESS_RATE] = {-32600, 429, NULL, true,
		"Too many tokens from this address were not valid.", NULL},
	[ERROR_TOKEN_RATE] = {-32600, 429, NULL, true,
		"The token has been used more often within a minute than it may be.", NULL},

	[ERROR_NO_DATABASE] = {-32603, 503, "RETRY_LATER", true,
		"The database cannot be reached; nothing was sent to it.",
	"Nothing was changed: make the same call again in a moment."},
	[ERROR_BUSY] = {-32603, 503, "RETRY_LATER", true,
		"No connection to the database became free within the limit; nothing was sent to it.",
	"Nothing was changed: make the same call again in a moment.", false, true},
	[ERROR_LOGIN_REFUSED] = {-32603, 503, "PERMISSION_DENIED", false,
		"The database does not let this server in; nothing was sent to it.",
		"Ask the administrator: the role, its password and the database's "
		"pg_hba.conf must go with the connection string of scimver-mcp. "
		"Repeating the call does not help before that.",
	.explained = true},
	[ERROR_SET_UP_WRONG] = {-32603, 503, "INTERNAL", false,
		"The connection to the database is set up wrong; nothing was sent to "
		"it.",
		"Ask the administrator: what the error says must be set right, in the "
		"connection string of scimver-mcp or where that leads. Repeating the "
		"call does not help before that.",
	.explained = true},
	[ERROR_SHUTTING_DOWN] = {-32603, 503, "RETRY_LATER", true,
		"The server is shutting down; nothing was sent to the database.",
	"Nothing was changed: make the same call again after a restart."},
	[ERROR_NOT_INSTALLED] = {-32603, 503, "INTERNAL", false,
		"The extension scimver is not installed in this database.",
		"Ask the administrator: CREATE EXTENSION scimver CASCADE has to be "
		"run in it, or the connection string of scimver-mcp has to name "
	"another. Repeating the call does not help before that."},
	[ERROR_OUTDATED] = {-32603, 503, "INTERNAL", false,
		"The extension scimver in this database is of a version that cannot do that.",
		"Ask the administrator: ALTER EXTENSION scimver UPDATE has to be run in it. Repeating "
	"the call does not help before that."},
	[ERROR_LOST_READ] = {-32603, 503, "RETRY_LATER", true,
		"The connection to the database was lost before the answer came.",
	"Nothing was changed: make the same call again."},
	[ERROR_LOST_WRITE] = {-32603, 503, "OUTCOME_UNKNOWN", true,
		"The connection to the database was lost before the answer came.",
		"The write may or may not have happened: read the resource, then decide. If the call had "
		"an idempotency_key, make the same call again.",
	true, false},
	[ERROR_TIMED_OUT] = {-32603, 503, "RETRY_LATER", true,
		"The call was ended, because it took longer than the limit.",
	"Nothing was changed: make the same call again in a moment.", false, true},
	[ERROR_TIMED_OUT_READ] = {-32603, 503, "RETRY_LATER", true,
		"The call was ended, because it took longer than the limit.",
		"Ask for less: a smaller count, a narrower filter, fewer attributes. "
		"Or make the same call again later.",
	false, true},
	[ERROR_NO_ANSWER_READ] = {-32603, 503, "RETRY_LATER", true,
		"The database gave no answer within the limit.",
		"Nothing was changed: make the same call again in a moment.", false,
	true},
	[ERROR_NO_ANSWER_WRITE] = {-32603, 503, "OUTCOME_UNKNOWN", true,
		"The database gave no answer within the limit.",
		"The write may or may not have happened: read the resource, then "
		"decide. If the call had an idempotency_key, make the same call again.",
	true, true},
	[ERROR_NOT_REPLICATED] = {-32603, 503, "OUTCOME_UNKNOWN", true,
		"The write was committed here, not yet on the standby: its wait for "
		"the standby was ended.",
		"Do not repeat the call: read the resource. It shows the write, and "
		"loses it only if a standby takes over that does not have it.",
	true, false},
	[ERROR_DEMOTED] = {-32603, 503, "RETRY_LATER", true,
		"The database server cannot be written to: it is a standby, or has become "
		"read-only.",
		"Nothing was changed: make the same call again in a moment. If that stays "
	"so, ask an administrator whether the connection string names the primary."},
	[ERROR_CONCURRENT] = {-32603, 503, "RETRY_LATER", true,
		"The database ended the call in favour of a concurrent one.",
	"Nothing was changed: make the same call again."},
	[ERROR_INTERRUPTED] = {-32603, 503, "RETRY_LATER", true, "The database interrupted the call.",
		"Nothing was changed: make the same call again in a moment."},
	[ERROR_INVALID_TEXT] = {-32603, 400, "INVALID_SYNTAX", false,
		"The arguments are not valid UTF-8 text.",
	"Send the arguments as JSON in UTF-8, without NUL bytes."},
	[ERROR_INVALID_VALUE] = {-32603, 400, "INVALID_VALUE", false,
		"The database refused a value in the arguments.",
	"Correct the arguments; the tool's inputSchema describes them."},
	[ERROR_TOO_LARGE] = {-32603, 413, "TOO_LARGE", false,
		"The call exceeds a limit of the database.",
	"Send or ask for less at once."},
	[ERROR_ANSWER_TOO_LARGE] = {-32603, 413, "TOO_LARGE", false,
		"The answer is larger than a message of 10 MiB.",
	"Ask for less at once."},
	[ERROR_COMMITTED_TOO_LARGE] = {-32603, 413, "TOO_LARGE", false,
		"The change was made, but its answer is larger than a message "
		"of 10 MiB.",
	"Do not repeat the call: it took effect.", true, false},
	[ERROR_PERMISSION_DENIED] = {-32603, 403, "PERMISSION_DENIED", false,
		"The database role of this server may not do that.",
	"Ask an administrator for the privilege."},
	[ERROR_UNIQUENESS] = {-32603, 409, "UNIQUENESS", false,
		"Another resource has one of these values already.",
		"Choose another value; a list finds who has it, if you may see that "
	"one."},
	[ERROR_INTERNAL] = {-32603, 500, "INTERNAL", false,
		"The database failed to carry out the call.",
	"Report this to the administrator; the database server's log says more."},
};

/* SQLSTATEs and what they mean; the first row whose prefix fits decides. */
static const struct
{
	const char *prefix;			/* the beginning of the SQLSTATE */
	OwnError	error;			/* its meaning */
}			sqlstates[] = {
	{"22021", ERROR_INVALID_TEXT},
	{"22", ERROR_INVALID_VALUE},
	{"54", ERROR_TOO_LARGE},
	{"40", ERROR_CONCURRENT},
	{"55P03", ERROR_CONCURRENT},
	{"57", ERROR_INTERRUPTED},
	{"08", ERROR_INTERRUPTED},
	{"42501", ERROR_PERMISSION_DENIED},
	{"23505", ERROR_UNIQUENESS},
	{"PT403", ERROR_FORBIDDEN},
	{"PT404", ERROR_NOT_FOUND},
	{"PT4", ERROR_REFUSED},
	{"PT503", ERROR_INTERRUPTED},
};

const OwnErrorKind *
own_error_kind(OwnError error)
{
	return &kinds[error];
}

OwnError
own_error_of_sqlstate(const char *sqlstate, bool read_only)
{
	if (sqlstate == NULL || sqlstate[0] == '\0')
		return read_only ? ERROR_LOST_READ : ERROR_LOST_WRITE;

	/* 40003 says itself that nobody knows whether the commit happened */
	if (strcmp(sqlstate, "40003") == 0 && !read_only)
		return ERROR_LOST_WRITE;
	for (size_t i = 0; i < sizeof(sqlstates) / sizeof(sqlstates[0]); i++)
	{
		if (strncmp(sqlstate, sqlstates[i].prefix, strlen(sqlstates[i].prefix)) == 0)
			return sqlstates[i].error;
	}
	return ERROR_INTERNAL;
}

bool
own_error_is_refusal(OwnError error)
{
	return error == ERROR_REFUSED || error == ERROR_FORBIDDEN || error == ERROR_NOT_FOUND;
}

/* The text, behind a prefix, and a detail, as a JSON string. */
static void
put_text(Buf *out, OwnError error, const char *prefix, const char *detail)
{
	Buf			text = {NULL, 0, 0};

	buf_text(&text, prefix);
	buf_text(&text, own_error_kind(error)->text);
	if (detail != NULL)
	{
		if (text.data[text.length - 1] == '.')
			text.length--;
		buf_text(&text, ": ");
		buf_text(&text, detail);
	}
	buf_json_excerpt(out, text.data, text.length, ERROR_TEXT_LIMIT);
	buf_free(&text);
}

void
own_error_text(Buf *out, OwnError error, const char *detail)
{
	put_text(out, error, "", detail);
}

void
own_error_scim(Buf *out, OwnError error, const char *detail)
{
	const OwnErrorKind *kind = own_error_kind(error);
	char		prefix[64] = "";

	/* a status alone does not say that something may have been written */
	if (kind->may_have_written)
		(void) snprintf(prefix, sizeof(prefix), "%s: ", kind->code);
	buf_printf(out, "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:Error\"],"
			   "\"status\":\"%d\",\"detail\":", kind->status);
	put_text(out, error, prefix, detail);
	buf_text(out, "}");
}

void
own_error_envelope(Buf *out, OwnError error, const char *detail, const char *tool)
{
	const OwnErrorKind *kind = own_error_kind(error);

	/* answers name an operation without what the names of the database's functions begin with */
	const char *operation = strncmp(tool, "scim_", 5) == 0 ? tool + 5 : tool;

	buf_text(out, "{\"success\":false,\"metadata\":{\"operation\":");
	buf_json_excerpt(out, operation, strlen(operation), ERROR_NAME_LIMIT);
	buf_printf(out, "},\"content\":{\"error_code\":\"%s\",\"error\":", kind->code);
	own_error_text(out, error, detail);
	buf_text(out, ",\"next_steps\":[");
	buf_json_string(out, kind->next_step, strlen(kind->next_step));
	buf_printf(out, "],\"retryable\":%s}}", kind->retryable ? "true" : "false");
}
