/*
 * check_versions.c
 *		What became of versions that were seen together.
 */
#include "postgres.h"

#include "operation/checkpoint.h"

Jsonb *
scim_store_check_versions(Jsonb *resources, const char *tenant, bool fresh)
{
	elog(ERROR, "not yet");
}
