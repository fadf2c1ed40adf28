/*
 * lease.c
 *		The BEFORE triggers of tables with the option enforce: what others hold is not
 *		deleted, whoever does it.
 */
#include "postgres.h"

#include "fmgr.h"

PG_FUNCTION_INFO_V1(scim_lease_trigger);

/*
 * scim_lease_trigger(resource type): BEFORE DELETE FOR EACH ROW, or BEFORE TRUNCATE FOR
 * EACH STATEMENT.  Errors: LEASE_HELD, LEASE_LOST, INVALID_MAPPING.
 */
Datum
scim_lease_trigger(PG_FUNCTION_ARGS)
{
	elog(ERROR, "not yet");
}
