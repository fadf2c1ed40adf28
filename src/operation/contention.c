/*
 * contention.c
 *		Whether a write of a resource will be disturbed.
 */
#include "postgres.h"

#include "operation/contention.h"

Jsonb *
scim_store_contention(const char *type, const char *tenant, const char *id)
{
	elog(ERROR, "not yet");
}

JsonbValue *
scim_contention_of_read(const char *type, const char *tenant, const char *id, Jsonb *shown)
{
	return NULL;
}
