/*
 * bulk.c
 *		Bulk requests.
 */
#include "postgres.h"

#include "fmgr.h"
#include "rest/bulk.h"

PG_FUNCTION_INFO_V1(scim_bulk);

JsonbValue *
scim_run_bulk(const ScimBulkOptions *options, Jsonb *request, ScimBulkOutcome *outcome)
{
	elog(ERROR, "not yet");
}

void
scim_http_bulk(ScimHttpRequest *request, ScimHttpAnswer *answer)
{
	elog(ERROR, "not yet");
}

Datum
scim_bulk(PG_FUNCTION_ARGS)
{
	elog(ERROR, "not yet");
}
