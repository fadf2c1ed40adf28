/*
 * unfinished.c
 *		Goes with the commit that brings mapped.c.
 */
#include "postgres.h"

#include "store/mapped.h"

Jsonb *
scim_join_columns(const ScimRegistration *registration, Jsonb *data, const ScimColumnValues *columns)
{
	elog(ERROR, "not yet");
}

void
scim_show_columns(const ScimRegistration *registration, JsonbValue *resource, const ScimColumnValues *columns)
{
	elog(ERROR, "not yet");
}

ScimSplit *
scim_split_document(const ScimRegistration *registration, Jsonb *document, Jsonb *old_data,
					const ScimColumnValues *old)
{
	elog(ERROR, "not yet");
}
