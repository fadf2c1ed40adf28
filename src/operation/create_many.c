/*
 * create_many.c
 *		Creating many resources by one statement.
 *
 * The steps are those of create.c, each for all of them.  What a create looks up beforehand, to
 * say better what is in the way, is left to the table: whatever it refuses is done again, one by
 * one, and is told then.
 */
#include "postgres.h"

#include "access/xact.h"
#include "core/resource.h"
#include "decision/policies.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "operation/create_many.h"
#include "operation/run.h"
#include "registry/cache.h"
#include "registry/schemas.h"
#include "resource/new_id.h"
#include "resource/password.h"
#include "resource/row_write.h"
#include "resource/target.h"
#include "resource/version.h"
#include "statement/tenant.h"
#include "utils/snapmgr.h"

typedef struct Creation
{
	ScimTarget	target;
	ScimCall	call;
	ScimNewResource *resources;
	ScimRowWrite *writes;		/* as many */
	ScimRow    *rows;			/* as they became */
	int			count;
} Creation;

/* Is there an index for all that must be unique?  Else it is looked for, one by one. */
static bool
keeps_unique(const ScimRegistration *table)
{
	for (int i = 0; i < table->mapped_count; i++)
	{
		if (table->mapped[i].unique && !OidIsValid(table->mapped[i].index_relid))
			return false;
	}
	return table->in_data_count == 0;
}

bool
scim_can_create_many(const ScimResourceType *type, const char *tenant)
{
	const ScimRegistration *table = scim_find_table(type);
	const char *found = table ? scim_find_tenant(table, tenant) : NULL;

	return found && keeps_unique(table) && scim_draws_ids(table) &&
		scim_binding_policy(type, found) == NULL;
}

/* ---- the rows ---- */

static void
take_resource(const Creation *creation, const ScimNewResource *resource, ScimRowWrite *write)
{
	const ScimTarget *target = &creation->target;
	ScimInput  *input = scim_read_input(target->type, target->rules, resource->data,
										scim_target_ids(target).others);

	if (input->has_members)
		elog(ERROR, "members are not written by one statement");
	*write = (ScimRowWrite)
	{
		.registration = target->table,
			.tenant = target->tenant,
			.id = scim_take_id(target, resource->id),
			.document = input->document,
			.sets_password = input->password != NULL,
			.password_hash = input->password ? scim_crypt_password(input->password) : NULL
	};
	target->table->storage->take_apart(write, NULL, false);
}

/* Triggers, and rules, may make other rows of them, or none. */
static void
read_rows(const Creation *creation, uint64 count)
{
	const ScimTarget *target = &creation->target;

	if (count != (uint64) creation->count)
		scim_throw_suppressed(target, "created");
	for (int i = 0; i < creation->count; i++)
	{
		scim_read_row(target->table, i, &creation->rows[i]);
		if (strcmp(creation->rows[i].id, creation->writes[i].id) != 0)
			scim_throw_suppressed(target, "created");
	}
}

static void
insert_rows(void *argument)
{
	Creation   *creation = argument;
	const ScimTarget *target = &creation->target;

	scim_check_tenant(target->table, target->tenant);
	read_rows(creation, target->table->storage->insert_many(creation->writes, creation->count));
}

/* As somebody reads them who comes now: other rows may count. */
static void
tell_versions(const Creation *creation)
{
	const ScimTarget *target = &creation->target;

	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	for (int i = 0; i < creation->count; i++)
		creation->resources[i].version =
			MemoryContextStrdup(target->caller,
								scim_know_version(target->table, target->tenant,
												  &creation->rows[i]));
	PopActiveSnapshot();
}

void
scim_store_create_many(const ScimResourceType *type, const char *tenant,
					   ScimNewResource *resources, int count)
{
	Creation	creation = {.resources = resources, .count = count};

	scim_begin_write(&creation.target, type->name, tenant);
	creation.writes = palloc(count * sizeof(ScimRowWrite));
	creation.rows = palloc(count * sizeof(ScimRow));
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		take_resource(&creation, &resources[i], &creation.writes[i]);
	}
	creation.call = (ScimCall)
	{
		.registration = creation.target.table,
			.tenant = creation.target.tenant,
			.operation = SCIM_CREATES,
			.inserting = true,
			.many = true,
			.policy = scim_binding_policy(type, creation.target.tenant)
	};
	scim_run_call(&creation.call, insert_rows, &creation);
	tell_versions(&creation);
	SPI_finish();
}
