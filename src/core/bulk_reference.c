/*
 * bulk_reference.c
 *		References within a bulk.
 */
#include "postgres.h"

#include "core/bulk_reference.h"

bool
scim_is_bulk_id(const char *text, int length)
{
	elog(ERROR, "not yet");
}

bool
scim_is_bulk_reference(const char *text, int length, const char **bulk_id, int *id_length)
{
	elog(ERROR, "not yet");
}

void
scim_visit_bulk_ids(Jsonb *data, ScimVisitBulkId visit, void *argument)
{
	elog(ERROR, "not yet");
}

Jsonb *
scim_resolve_bulk_ids(Jsonb *data, ScimFindBulkId find, void *argument)
{
	elog(ERROR, "not yet");
}
