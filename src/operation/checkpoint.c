/*
 * checkpoint.c
 *		Versions that were seen together.
 */
#include "postgres.h"

#include "operation/checkpoint.h"

Jsonb *
scim_store_get_versions(const char *type, const char *tenant, const ScimGivenIds *ids)
{
	elog(ERROR, "not yet");
}
