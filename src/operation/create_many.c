/*
 * create_many.c
 *		Creating many resources by one statement.
 */
#include "postgres.h"

#include "operation/create_many.h"

bool
scim_can_create_many(const ScimResourceType *type, const char *tenant)
{
	return false;
}

void
scim_store_create_many(const ScimResourceType *type, const char *tenant,
					   ScimNewResource *resources, int count)
{
	elog(ERROR, "not yet");
}
