/*
 * http.c
 *		scim_http(method, path, query, headers, body, token): a request in HTTP, answered
 *		whatever happens.
 */
#include "postgres.h"

#include "base/errors.h"
#include "base/protect.h"
#include "base/settings.h"
#include "catalog/pg_type.h"
#include "core/location.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "rest/caller.h"
#include "rest/headers.h"
#include "rest/refusal.h"
#include "rest/request.h"
#include "rest/route.h"
#include "statement/profile.h"
#include "statement/tenant.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(scim_http);

/*
 * How often a write is tried whose conditions held, and whose resource was changed before it
 * was written.
 */
#define MOST_ATTEMPTS 100

/* A request, as it was given and as it is known, and its answer. */
typedef struct Exchange
{
	ScimHttpRequest given;
	ScimHttpRequest request;
	ScimHttpAnswer answer;
} Exchange;

/* ---- the body ---- */

/* JSON text to jsonb, with the server's own parser. */
static void
parse(ScimHttpRequest *request, const char *bytes, int length)
{
	char	   *json;

	request->parsing = true;
	(void) pg_verify_mbstr(PG_UTF8, bytes, length, false);
	json = pnstrdup(bytes, length);
	request->content = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(json)));
	request->parsing = false;
}

/* False: the answer refuses. */
static bool
read_body(ScimHttpRequest *request, ScimHttpAnswer *answer)
{
	int			length = request->body ? VARSIZE_ANY_EXHDR(request->body) : 0;

	if (length > scim_setting_max_body)
		scim_http_refuse(answer, 413, NULL, "the body has more than %d bytes",
						 scim_setting_max_body);
	else if (!scim_sends_json(request))
		scim_http_refuse(answer, 415, NULL, "the body must be %s or application/json",
						 SCIM_MEDIA_TYPE);
	else if (length == 0)
		scim_http_refuse(answer, 400, "invalidSyntax", "the body is empty");
	else if (memchr(VARDATA_ANY(request->body), '\0', length))
		scim_http_refuse(answer, 400, "invalidSyntax", "the body holds a NUL");
	else
		parse(request, VARDATA_ANY(request->body), length);
	return request->content != NULL;
}

/* ---- the answer ---- */

/* What is too large is asked for again, in parts; what a write answers tells that it was done. */
static void
limit_answer(const ScimRoute *route, ScimHttpAnswer *answer)
{
	int			length = answer->body ? VARSIZE_ANY_EXHDR(answer->body) : 0;

	if (length <= scim_setting_max_answer || !scim_route_reads(route))
		return;
	*answer = (ScimHttpAnswer)
	{
		0
	};
	scim_http_refuse(answer, 413, NULL, "the answer would have %d bytes, and may have %d: ask for "
					 "fewer resources (count), or fewer attributes of them", length,
					 scim_setting_max_answer);
}

/* ---- the request ---- */

static void
run(void *argument)
{
	Exchange   *exchange = argument;
	ScimHttpRequest *request = &exchange->request;
	ScimHttpAnswer *answer = &exchange->answer;
	bool		accepts = scim_read_headers(request);

	bool		found;

	request->rules = scim_rules_in_force(scim_resolve_tenant(NULL));
	found = scim_find_route(request, answer);
	if (!scim_lets_in(request, answer) || !found)
		return;
	if (!accepts)
	{
		scim_http_refuse(answer, 406, NULL, "there is %s and application/json", SCIM_MEDIA_TYPE);
		return;
	}
	if (request->route->takes_body && !read_body(request, answer))
		return;
	if (!scim_read_conditions(request, answer))
		return;
	scim_read_parameters(request->query, request->rules, &request->parameters);
	request->route->handler(request, answer);
	limit_answer(request->route, answer);
}

/*
 * What is there is read, and written on condition that it is still that, until nobody came in
 * between.
 */
static void
answer_request(Exchange *exchange)
{
	for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++)
	{
		const ErrorData *error;

		CHECK_FOR_INTERRUPTS();
		exchange->request = exchange->given;
		exchange->answer = (ScimHttpAnswer)
		{
			0
		};
		error = scim_protect(run, exchange);
		if (error == NULL)
			return;
		if (!scim_http_was_overtaken(&exchange->request, error))
		{
			scim_http_record(&exchange->request, error);
			scim_http_answer_error(&exchange->request, error, &exchange->answer);
			return;
		}
	}
	scim_http_answer_error(&exchange->request, NULL, &exchange->answer);
}

/* Whoever asked for /Me is told what that is, whatever else he is (RFC 7644 section 3.11). */
static void
tell_alias(Exchange *exchange)
{
	const ScimHttpRequest *request = &exchange->request;

	if (request->is_me)
		exchange->answer.location = scim_location(request->type->endpoint, request->id);
}

/* ---- the function ---- */

/* The columns of the result, as the SQL function declares them. */
enum
{
	STATUS, CONTENT_TYPE, ETAG, LOCATION, ALLOW, PREFERENCE, RETRY_AFTER, ERROR_CODE, CALLER,
	ANSWER,
	COLUMNS
};

typedef struct HttpResult
{
	Datum		values[COLUMNS];
	bool		nulls[COLUMNS];
} HttpResult;

static void
set_text(HttpResult *result, int column, const char *text)
{
	result->nulls[column] = text == NULL;
	if (text)
		result->values[column] = CStringGetTextDatum(text);
}

/* Looked up once: what the function is declared to return does not change in a session. */
static TupleDesc
result_columns(FunctionCallInfo fcinfo)
{
	static TupleDesc kept = NULL;
	TupleDesc	columns;
	MemoryContext old;

	if (kept)
		return kept;
	if (get_call_result_type(fcinfo, NULL, &columns) != TYPEFUNC_COMPOSITE ||
		columns->natts != COLUMNS)
		elog(ERROR, "scim_http does not return what it was declared to");
	old = MemoryContextSwitchTo(TopMemoryContext);
	columns = CreateTupleDescCopy(columns);
	MemoryContextSwitchTo(old);
	return kept = BlessTupleDesc(columns);
}

/* HEAD is answered as GET, but for the body. */
static Datum
make_result(FunctionCallInfo fcinfo, const ScimHttpRequest *request, const ScimHttpAnswer *answer)
{
	HttpResult	result = {0};
	text	   *body = strcmp(request->method, "HEAD") == 0 ? NULL : answer->body;
	Jsonb	   *caller = scim_http_caller();

	result.values[STATUS] = Int32GetDatum(answer->status);
	set_text(&result, CONTENT_TYPE, answer->body ? request->media_type : NULL);
	set_text(&result, ETAG, answer->etag);
	set_text(&result, LOCATION, answer->location);
	set_text(&result, ALLOW, answer->allow);
	set_text(&result, PREFERENCE, answer->preference);
	result.values[RETRY_AFTER] = Int32GetDatum(answer->retry_after);
	result.nulls[RETRY_AFTER] = answer->retry_after == 0;
	set_text(&result, ERROR_CODE, answer->error_code);
	result.values[CALLER] = JsonbPGetDatum(caller);
	result.nulls[CALLER] = caller == NULL;
	result.values[ANSWER] = PointerGetDatum(body);
	result.nulls[ANSWER] = body == NULL;
	return HeapTupleGetDatum(heap_form_tuple(result_columns(fcinfo), result.values,
											 result.nulls));
}

static char *
text_argument(FunctionCallInfo fcinfo, int i)
{
	return PG_ARGISNULL(i) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(i));
}

/*
 * scim_http(method text, path text, query text, headers jsonb, body bytea, token bytea) -> the
 * answer.  The path begins behind the base, and is percent-encoded, as the query is; the body is
 * raw; of the headers those count that rest/headers.h reads.  Nothing is raised that a client
 * can mend.
 */
Datum
scim_http(PG_FUNCTION_ARGS)
{
	Exchange	exchange = {0};
	char	   *path = text_argument(fcinfo, 1);

	exchange.given.method = PG_ARGISNULL(0) ? "" : text_argument(fcinfo, 0);
	exchange.given.path = path ? path : "";
	exchange.given.query = text_argument(fcinfo, 2);
	exchange.given.headers = PG_ARGISNULL(3) ? NULL : PG_GETARG_JSONB_P(3);
	exchange.given.body = PG_ARGISNULL(4) ? NULL : PG_GETARG_BYTEA_PP(4);
	exchange.given.media_type = SCIM_MEDIA_TYPE;
	exchange.request = exchange.given;
	if (scim_enters(PG_ARGISNULL(5) ? NULL : PG_GETARG_BYTEA_PP(5), &exchange.answer))
		answer_request(&exchange);
	tell_alias(&exchange);
	return make_result(fcinfo, &exchange.request, &exchange.answer);
}
