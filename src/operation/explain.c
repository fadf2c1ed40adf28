/*
 * explain.c
 *		scim_explain_filter: the SQL that a filter becomes.
 */
#include "postgres.h"

#include "base/errors.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "query/filter.h"
#include "resource/target.h"
#include "statement/sql.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(scim_explain_filter);

static char *
argument(FunctionCallInfo fcinfo, int i, const char *name)
{
	if (PG_ARGISNULL(i))
		scim_throw_path(SCIM_BAD_PARAMETER, name, "%s must not be null", name);
	return text_to_cstring(PG_GETARG_TEXT_PP(i));
}

/*
 * scim_explain_filter(resource_type text, filter text) -> text: the statement
 * that finds the resources of the session's tenant, with literals where lists
 * have parameters, ready for EXPLAIN.  Errors: NOT_REGISTERED, INVALID_FILTER, SENSITIVE.
 */
Datum
scim_explain_filter(PG_FUNCTION_ARGS)
{
	char	   *filter = argument(fcinfo, 1, "filter");
	ScimTarget	target;
	ScimSql		sql;
	text	   *result;
	MemoryContext old;

	scim_begin(&target, argument(fcinfo, 0, "resource_type"), NULL);
	scim_init_sql(&sql, target.table, target.tenant, true);
	scim_append_template(&sql, "SELECT r.{id} FROM {table} AS r WHERE {in_tenant:r} AND ", target.table);
	scim_compile_filter(scim_read_filter(target.type, filter), target.table, &sql);
	old = MemoryContextSwitchTo(target.caller);
	result = cstring_to_text_with_len(sql.text.data, sql.text.len);
	MemoryContextSwitchTo(old);
	SPI_finish();
	PG_RETURN_TEXT_P(result);
}
