/*
 * conflict.c
 *		A write whose expected version is stale: it is merged, or refused.
 */
#include "postgres.h"

#include "operation/conflict.h"
#include "operation/mismatch.h"
#include "operation/report.h"

void
scim_write_refuse(ScimWrite *write, ScimErrorCode situation, ScimPathSet *paths)
{
	ScimSince	since;

	if (write->reports)
		scim_report_differing(write, paths);
	scim_open_since(&since, &write->target, &write->row, write->expected, false);
	scim_throw_stale(&write->target, situation, write->id_text, write->expected, &write->row,
					 &since, NULL);
}

void
scim_write_resolve(ScimWrite *write, ScimPathSet *paths)
{
	scim_write_refuse(write, SCIM_VERSION_MISMATCH, paths);
}
