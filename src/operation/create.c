/*
 * create.c
 *		Creating a resource.
 */
#include "postgres.h"

#include "operation/create.h"
#include "operation/report.h"
#include "operation/write.h"
#include "statement/tenant.h"

static void
create(void *argument)
{
	ScimWrite  *write = argument;

	scim_check_tenant(write->target.table, write->target.tenant);
	scim_write_lock_members(write);
	scim_write_insert_row(write);
	scim_write_store_members(write);
}

Jsonb *
scim_store_create(const char *type, const char *tenant, Jsonb *data, const ScimView *view,
				  ScimWritten *report)
{
	ScimWrite	write;

	scim_write_begin(&write, type, tenant, view, report);
	write.call.inserting = true;
	scim_write_take_input(&write, data);
	scim_report_given(&write, data);
	return scim_write_run(&write, create);
}
