/*
 * create.c
 *		Creating a resource.
 */
#include "postgres.h"

#include "operation/bulk_queue.h"
#include "operation/create.h"
#include "operation/proposing.h"
#include "operation/report.h"
#include "operation/write.h"
#include "statement/tenant.h"

void
scim_write_create(void *argument)
{
	ScimWrite  *write = argument;

	scim_check_tenant(write->target.table, write->target.tenant);
	scim_pass_bulks(write);
	scim_write_lock_members(write);
	if (scim_write_proposes(write))
		return;
	/* only now: till the row is there, nobody else is to take it for the one with that id */
	write->wanted.id = write->options->drawn_id;
	write->call.creates = write->wanted.document;
	write->call.creates_password = write->wanted.sets_password;
	if (!scim_write_try_insert(write))
		scim_write_throw_not_inserted(write);
	scim_write_store_members(write);
}

void
scim_prepare_create(ScimWrite *write, Jsonb *data)
{
	write->call.inserting = true;
	scim_write_take_input(write, data);
	write->asked = data;
}

void
scim_store_create(const ScimWriteOptions *options, Jsonb *data, ScimWriteResult *result)
{
	ScimWrite	write;

	scim_write_begin(&write, SCIM_CREATES, options, result);
	scim_write_take_proposing(&write, options);
	scim_prepare_create(&write, data);
	scim_report_given(&write, data);
	scim_write_run(&write, scim_write_create);
}
