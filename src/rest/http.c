/*
 * http.c
 *		scim_http(method, path, query, headers, body, token): a request in HTTP, answered
 *		whatever happens.
 */
#include "postgres.h"

#include "fmgr.h"
#include "rest/http.h"

PG_FUNCTION_INFO_V1(scim_http);

Datum
scim_http(PG_FUNCTION_ARGS)
{
	elog(ERROR, "not yet");
}
