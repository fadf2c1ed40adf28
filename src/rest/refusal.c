/*
 * refusal.c
 *		Answers to errors (RFC 7644 section 3.12).
 */
#include "postgres.h"

#include "base/jsonb_number.h"
#include "base/jsonb_tree.h"
#include "base/server_error.h"
#include "history/refused.h"
#include "rest/refusal.h"
#include "rest/shown.h"

#define ERROR_URN "urn:ietf:params:scim:api:messages:2.0:Error"

/* What of a request is parsed, as errors of that call it. */
#define PARSED "the contents of the body"

JsonbValue *
scim_http_error(int status, const char *scim_type, const char *detail)
{
	JsonbValue *body = scim_new_object();
	JsonbValue *schemas = scim_new_array();

	scim_append_text(schemas, ERROR_URN);
	scim_set_value(body, "schemas", schemas);
	scim_set_text(body, "status", psprintf("%d", status));
	scim_set_optional_text(body, "scimType", scim_type);
	scim_set_text(body, "detail", detail);
	return body;
}

static void
refuse(ScimHttpAnswer *answer, int status, const char *scim_type, const char *detail)
{
	answer->status = status;
	answer->body = scim_http_body(scim_http_error(status, scim_type, detail));
}

void
scim_http_refuse(ScimHttpAnswer *answer, int status, const char *scim_type, const char *format,
				 ...)
{
	va_list		args;
	char	   *detail;

	va_start(args, format);
	detail = scim_format_error(format, &args);
	va_end(args);
	refuse(answer, status, scim_type, detail);
}

/* ---- errors ---- */

const ScimErrorKind *
scim_http_kind(const ErrorData *error, bool parsing)
{
	const ScimErrorKind *kind = scim_kind_of_ours(error);

	return kind ? kind : scim_error_kind(scim_server_error(error, parsing)->code);
}

/* The text of an error of ours, without its code; of others, ours for their kind. */
const char *
scim_http_detail(const ErrorData *error, bool parsing)
{
	const ScimServerError *shown;
	const char *text;

	if (scim_is_ours(error))
	{
		text = strstr(error->message, ": ");
		return text ? text + 2 : error->message;
	}
	shown = scim_server_error(error, parsing);
	return parsing ? scim_phrase(shown->text, PARSED) : shown->text;
}

static const ScimErrorKind *
kind_of(const ScimHttpRequest *request, const ErrorData *error)
{
	return scim_http_kind(error, request->parsing);
}

static const char *
detail_of(const ScimHttpRequest *request, const ErrorData *error)
{
	if (error == NULL)
		return "the resource keeps changing";
	/* how HTTP has it (RFC 6585 section 3: say what would be taken) */
	if (kind_of(request, error) == scim_error_kind(SCIM_VERSION_REQUIRED) &&
		!scim_names_version(request))
		return "a version in If-Match is required";
	return scim_http_detail(error, request->parsing);
}

/* Seconds to wait, at least one, where waiting may help; else 0. */
static int
retry_after(const ErrorData *error, const ScimErrorKind *kind)
{
	JsonbValue	wait;
	int64		milliseconds = 0;

	if (kind != scim_error_kind(SCIM_RETRY_LATER) &&
		kind != scim_error_kind(SCIM_CONFLICT_STORM) && kind != scim_error_kind(SCIM_LEASE_HELD))
		return 0;
	if (error && scim_is_ours(error) &&
		scim_find(&scim_fields_of_ours(error)->root, "retry_after_ms", &wait) &&
		wait.type == jbvNumeric)
		milliseconds = scim_number_integer(&wait);
	return Min(Max((milliseconds + 999) / 1000, 1), PG_INT32_MAX);
}

/* What a client must not see, an administrator must be able to find. */
static void
log_error(const ScimHttpRequest *request, const char *what, const ErrorData *error)
{
	/* of a method that there is, and of an endpoint of ours */
	const char *method = request->route ? request->method : "request";
	const char *endpoint = request->type ? request->type->endpoint : "";

	scim_log_error(psprintf("HTTP %s%s%s", method, *endpoint ? " " : "", endpoint), what, error);
}

void
scim_http_answer_error(const ScimHttpRequest *request, const ErrorData *error,
					   ScimHttpAnswer *answer)
{
	const ScimErrorKind *kind =
	error ? kind_of(request, error) : scim_error_kind(SCIM_RETRY_LATER);

	*answer = (ScimHttpAnswer)
	{
		.retry_after = retry_after(error, kind), .error_code = kind->name
	};
	if (kind == scim_error_kind(SCIM_INTERNAL))
		log_error(request, "failed with", error);
	refuse(answer, kind->status, kind->scim_type, detail_of(request, error));
}

void
scim_http_record(const ScimHttpRequest *request, const ErrorData *error)
{
	bool		named = request->expected && scim_names_version(request) &&
		scim_has_etag(request->if_match, request->expected);
	ScimRefusal refusal = {
		.kind = kind_of(request, error),
		.type = request->type,
		.id = request->id,
		.expected = named ? request->expected : NULL,
		.conflicting = request->written.conflicting
	};
	const ErrorData *unwritten = scim_record_refusal(&refusal);

	if (unwritten)
		log_error(request, "was refused, which was not recorded for", unwritten);
}

bool
scim_http_was_overtaken(const ScimHttpRequest *request, const ErrorData *error)
{
	Jsonb	   *fields;
	JsonbValue	expected;

	if (!request->expects_seen ||
		scim_kind_of_ours(error) != scim_error_kind(SCIM_VERSION_MISMATCH))
		return false;
	/* a trigger may have called for another resource */
	fields = scim_fields_of_ours(error);
	return scim_find(&fields->root, "expected_version", &expected) &&
		scim_string_is(&expected, request->expected);
}
