/*
 * bulk.c
 *		Bulk requests: by SQL (scim_bulk), by HTTP (POST /Bulk), and by the tool.
 */
#include "postgres.h"

#include "base/function_arguments.h"
#include "base/jsonb_tree.h"
#include "base/progress.h"
#include "base/protect.h"
#include "base/server_error.h"
#include "core/shown_version.h"
#include "fmgr.h"
#include "history/refused.h"
#include "rest/bulk.h"
#include "rest/bulk_answer.h"
#include "rest/bulk_plan.h"
#include "rest/bulk_repeat.h"
#include "rest/bulk_run.h"
#include "rest/shown.h"
#include "statement/profile.h"
#include "statement/tenant.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(scim_bulk);

/* ---- all or nothing ---- */

/* A bulk that is undone whole when an operation fails. */
typedef struct Atomic
{
	ScimBulkWork *work;
	bool		stands;
} Atomic;

static void
do_atomic(void *argument)
{
	Atomic	   *atomic = argument;

	scim_do_bulk(atomic->work);
	atomic->stands = atomic->work->failed == 0;
}

/* The first operation, in the order of the request, that cannot be done; NULL: there is none. */
static ScimBulkTask *
first_faulty(const ScimBulkWork *work)
{
	for (int i = 0; i < work->bulk->count; i++)
	{
		if (work->tasks[i].fault)
			return &work->tasks[i];
	}
	return NULL;
}

/* All others are as if they had never been begun. */
static void
undo_others(ScimBulkWork *work)
{
	const ScimBulkTask *culprit = work->culprit;

	work->failed = 1;
	for (int i = 0; i < work->bulk->count; i++)
	{
		if (&work->tasks[i] != culprit)
			scim_fail_task(work, &work->tasks[i], 424, NULL,
						   "nothing was changed, as Operations[%d] failed",
						   (int) (culprit - work->tasks));
	}
}

static void
run_atomic(ScimBulkWork *work)
{
	Atomic		atomic = {work};
	ScimBulkTask *faulty = first_faulty(work);
	ErrorData  *error;

	if (faulty)
		scim_fail_task(work, faulty, faulty->fault->status, faulty->fault->scim_type, "%-s",
					   faulty->fault->detail);
	else
	{
		error = scim_attempt(do_atomic, &atomic, &atomic.stands);
		/* of no operation: what is locked before them */
		if (error)
			ReThrowError(error);
	}
	if (work->failed > 0)
		undo_others(work);
}

static void
work_through(void *argument)
{
	ScimBulkWork *work = argument;

	if (work->options->atomic)
		run_atomic(work);
	else
		scim_do_bulk(work);
}

/* ---- on record ---- */

/* Each as a single request would be; what was undone with another one was refused by nobody. */
static void
record_refusals(const ScimBulkWork *work)
{
	for (int i = 0; i < work->bulk->count; i++)
	{
		const ScimBulkTask *task = &work->tasks[i];
		ScimRefusal refusal = {
			.kind = task->kind,
			.type = task->type,
			.tenant = work->options->tenant,
			.id = scim_known_id(work, task),
			.expected = task->asked->version,
			.conflicting = task->conflicting
		};
		const ErrorData *unwritten = task->kind ? scim_record_refusal(&refusal) : NULL;

		if (unwritten)
			scim_log_error("bulk", "had an operation refused, which was not recorded for",
						   unwritten);
	}
}

/* ---- a bulk ---- */

static void
check_size(const ScimBulkOptions *options, Jsonb *request)
{
	int64		bytes = options->bytes;
	ScimError  *error;

	if (bytes < 0)
		bytes = strlen(JsonbToCString(NULL, &request->root, VARSIZE(request)));
	if (bytes <= scim_setting_max_bulk_bytes)
		return;
	error = scim_error(SCIM_TOO_LARGE);
	scim_error_integer(error, "limit", scim_setting_max_bulk_bytes);
	scim_throw(error, "a bulk request may have at most %d bytes", scim_setting_max_bulk_bytes);
}

static JsonbValue *
run(void *argument)
{
	ScimBulkWork *work = argument;

	scim_plan_bulk(work);
	scim_run_with_progress(work->bulk->count, work_through, work);
	record_refusals(work);
	return work->options->once && work->options->once->key ? scim_remember_bulk(work) : NULL;
}

/* True: it was done before, and this is what became of it. */
static bool
run_once(ScimBulkWork *work)
{
	static const ScimOnce no_key = {0};
	ScimOnce   *once = work->options->once;
	Jsonb	   *made;

	if (once)
		once->tenant = scim_resolve_tenant(work->options->tenant);
	made = scim_run_once(once ? once : &no_key, run, work);
	if (made)
		scim_recall_bulk(work, made);
	return made != NULL;
}

JsonbValue *
scim_run_bulk(const ScimBulkOptions *options, Jsonb *request, ScimBulkOutcome *outcome)
{
	ScimBulkWork work = {.options = options, .context = CurrentMemoryContext};
	const ScimRules *rules = scim_rules_in_force(scim_resolve_tenant(options->tenant));

	check_size(options, request);
	work.bulk = scim_read_bulk(rules, request, options->bare, scim_setting_max_bulk_operations);
	*outcome = (ScimBulkOutcome)
	{
		.repeated = run_once(&work)
	};
	for (int i = 0; i < work.bulk->count; i++)
		outcome->done += scim_is_done(&work.tasks[i]);
	outcome->failed = work.failed;
	return scim_answer_bulk(&work);
}

void
scim_http_bulk(ScimHttpRequest *request, ScimHttpAnswer *answer)
{
	ScimBulkOptions options = {
		.atomic = request->atomic,
		.bytes = VARSIZE_ANY_EXHDR(request->body),
		.form = SCIM_VERSION_ETAG
	};
	ScimBulkOutcome outcome;

	answer->body = scim_http_body(scim_run_bulk(&options, request->content, &outcome));
	answer->status = 200;
	answer->preference = request->atomic ? "atomic" : NULL;
}

/*
 * scim_bulk(request jsonb, atomic boolean, tenant_id text) -> jsonb: the BulkResponse (RFC 7644
 * section 3.7), of a BulkRequest, or of an array that stands for its Operations.  atomic: the
 * first error undoes everything.  INVALID_SYNTAX, INVALID_VALUE, TOO_LARGE: of the request as a
 * whole; what is wrong with an operation is its entry.
 */
Datum
scim_bulk(PG_FUNCTION_ARGS)
{
	static ScimArgumentNames names;
	ScimFunctionArguments arguments = scim_function_arguments(fcinfo, &names);
	Jsonb	   *request = scim_required_jsonb(&arguments, "request");
	ScimOnce	once = scim_once_of_function(&arguments, "scim_bulk");
	ScimBulkOptions options = {
		.atomic = scim_optional_boolean(&arguments, "atomic", false),
		.tenant = scim_optional_text(&arguments, "tenant_id"),
		.bare = true,
		.bytes = -1,
		.form = scim_version_form(),
		.once = &once
	};
	ScimBulkOutcome outcome;

	PG_RETURN_JSONB_P(scim_write(scim_run_bulk(&options, request, &outcome)));
}
