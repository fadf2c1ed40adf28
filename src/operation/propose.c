/*
 * propose.c
 *		Changes that become proposals.
 */
#include "postgres.h"

#include "operation/propose.h"

void
scim_store_propose(const ScimWriteOptions *options, Jsonb *operations, ScimWriteResult *result)
{
	elog(ERROR, "not written yet");
}

bool
scim_write_proposes(ScimWrite *write)
{
	return false;
}
